import { z } from "zod";

import { takeAttempt } from "@/db/people/rate-limit";
import { isKnownEmail } from "@/db/people/users";
import { recordAuditEvent } from "@/db/privacy/audit";
import type { AuditDetail } from "@/lib/privacy/audit";

import { accountKey, addressOf, hashOf } from "./attempt-keys";

/**
 * What the audit log keeps of signing in, for the hooks of `auth.ts` and `single-sign-on.ts`. The log never deletes a row, so failures
 * are limited: otherwise somebody who guesses passwords could fill the disk. An existing account has a limit of its own, which attempts
 * at other accounts do not use up; e-mails without an account, which anybody can invent, are limited by the client's address.
 */
const FAILURES_OF_ACCOUNT = { max: 100, windowSeconds: 3600 };
const FAILURES_OF_ADDRESS = { max: 500, windowSeconds: 3600 };
const SSO_FAILURE_WINDOW_SECONDS = 300;

type SignInMethod = "password" | "second factor" | "single sign-on";

type EventUser = { id: string; name: string; email: string };

/** A user has signed in or out. `by`: with what. */
export async function recordSignIn(
  action: "sign_in" | "sign_out",
  requestHeaders: Headers | undefined,
  { id, name, email }: EventUser,
  by?: SignInMethod,
): Promise<void> {
  await recordAuditEvent({
    actor: { id, name, email },
    action,
    sourceIp: addressOf(requestHeaders),
    ...(by === undefined ? {} : { detail: { by } }),
  });
}

/** A user has signed in by single sign-on for the first time, invited or not. */
export async function recordJoined(requestHeaders: Headers | undefined, { id, name, email }: EventUser): Promise<void> {
  await recordAuditEvent({
    actor: { id, name, email },
    action: "user_joined",
    subject: email,
    detail: { by: "single sign-on" },
    sourceIp: addressOf(requestHeaders),
  });
}

/**
 * A sign-in has failed. Not recorded where no valid e-mail was typed, because people type their password into the wrong field, nor
 * above the limits.
 *
 * @param account anything with the account's `email`: the parsed body of the request, or the user
 */
export async function recordFailedSignIn(
  requestHeaders: Headers | undefined,
  account: unknown,
  by: SignInMethod,
  detail: AuditDetail = {},
): Promise<void> {
  const typed = z.object({ email: z.email().max(320) }).safeParse(account);
  if (typed.success) {
    const email = typed.data.email.toLowerCase();
    const sourceIp = addressOf(requestHeaders);
    const limit = (await isKnownEmail(email))
      ? { key: `sign-in:recorded:account:${hashOf(email)}`, ...FAILURES_OF_ACCOUNT }
      : { key: `sign-in:recorded:address:${hashOf(sourceIp ?? "")}`, ...FAILURES_OF_ADDRESS };
    if ((await takeAttempt(limit)).ok) {
      await recordAuditEvent({
        actor: null,
        action: "sign_in_failed",
        subject: email,
        detail: { by, ...detail },
        sourceIp,
      });
    }
  }
}

/** Attempts are refused unchecked, above a limit. One event for each account and window, however many attempts there are. */
export async function recordRefusedSignIn(
  requestHeaders: Headers | undefined,
  account: unknown,
  by: SignInMethod,
  windowSeconds: number,
): Promise<void> {
  const key = `sign-in:refused:${hashOf(`${by} ${accountKey(account)}`)}`;
  if ((await takeAttempt({ key, max: 1, windowSeconds })).ok) {
    await recordFailedSignIn(requestHeaders, account, by, { refused: true });
  }
}

/**
 * The identity provider has sent somebody back who was not let in. One event for each window and account, or address where no account
 * is known.
 *
 * @param error the code of the reason, as better-auth puts it into the URL
 */
export async function recordFailedSingleSignOn(
  requestHeaders: Headers,
  email: string | undefined,
  error: string,
): Promise<void> {
  const sourceIp = addressOf(requestHeaders);
  const who = email === undefined ? `address ${sourceIp}` : accountKey({ email });
  const key = `sign-in:sso:${hashOf(`${who} ${error}`)}`;
  if ((await takeAttempt({ key, max: 1, windowSeconds: SSO_FAILURE_WINDOW_SECONDS })).ok) {
    const detail = { error };
    await (email === undefined
      ? recordAuditEvent({
          actor: null,
          action: "sign_in_failed",
          detail: { by: "single sign-on", ...detail },
          sourceIp,
        })
      : recordFailedSignIn(requestHeaders, { email }, "single sign-on", detail));
  }
}
