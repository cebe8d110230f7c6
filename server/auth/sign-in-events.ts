import { z } from "zod";

import { type RateLimitRule, takeAttempt } from "@/db/people/rate-limit";
import { isKnownEmail } from "@/db/people/users";
import { recordAuditEvent } from "@/db/privacy/audit";
import type { AuditDetail } from "@/lib/privacy/audit";

import { accountKey, addressOf, hashOf, networkOfClient } from "./attempt-keys";

/**
 * Records sign-ins in the audit log, for the hooks in `auth.ts` and `single-sign-on.ts`. Rows of the log are never deleted, so the number of
 * recorded failures is limited: otherwise an attacker who guesses passwords could fill the disk. Each existing account has a separate
 * limit. Failures of unknown e-mails, which anybody can invent, are limited per client address.
 */
const ACCOUNT_FAILURE_LIMIT = { max: 100, windowSeconds: 3600 };
const ADDRESS_FAILURE_LIMIT = { max: 500, windowSeconds: 3600 };
const SSO_FAILURE_WINDOW_SECONDS = 300;

type SignInMethod = "password" | "second factor" | "single sign-on";

type EventUser = { id: string; name: string; email: string };

/** Records that a user has signed in or out. `by`: the method. */
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

/** Records the first sign-in of a user by single sign-on, whether the user was invited or not. */
export async function recordJoined(requestHeaders: Headers | undefined, { id, name, email }: EventUser): Promise<void> {
  await recordAuditEvent({
    actor: { id, name, email },
    action: "user_joined",
    subject: email,
    detail: { by: "single sign-on" },
    sourceIp: addressOf(requestHeaders),
  });
}

/** Records that a user has connected single sign-on to their account. */
export async function recordConnected(
  requestHeaders: Headers | undefined,
  { id, name, email }: EventUser,
): Promise<void> {
  await recordAuditEvent({
    actor: { id, name, email },
    action: "single_sign_on_changed",
    subject: email,
    detail: { on: true },
    sourceIp: addressOf(requestHeaders),
  });
}

/**
 * Records a failed sign-in, up to the limits. Records nothing without a valid e-mail, because people sometimes type their password into
 * the wrong field.
 *
 * @param account an object with the account's `email`: the parsed body of the request, or the user
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
      ? { key: `sign-in:recorded:account:${hashOf(email)}`, ...ACCOUNT_FAILURE_LIMIT }
      : addressFailureLimit(requestHeaders);
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

/** Records that attempts above a rate limit were refused unchecked: one event per account and window, however many attempts there are. */
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

/** Records that attempts were refused because one address, or all strangers together, had too many: one event per window. */
export async function recordRefusedSource(
  requestHeaders: Headers | undefined,
  source: "address" | "strangers",
  windowSeconds: number,
): Promise<void> {
  const key = `sign-in:refused:${source === "strangers" ? source : hashOf(`address ${networkOfClient(requestHeaders)}`)}`;
  if ((await takeAttempt({ key, max: 1, windowSeconds })).ok) {
    await recordAuditEvent({
      actor: null,
      action: "sign_in_failed",
      detail: { by: "password", refused: true },
      sourceIp: addressOf(requestHeaders),
    });
  }
}

/**
 * Records that a sign-in by single sign-on was refused: one event per reason and window for each account, or for each address if the
 * account is unknown.
 *
 * @param error the code of the reason, which better-auth puts into the URL
 */
export async function recordFailedSingleSignOn(
  requestHeaders: Headers,
  email: string | undefined,
  error: string,
): Promise<void> {
  // First, because anyone who starts a sign-in can come back with any code as the provider's, and each has a count of its own.
  if (email === undefined && !(await takeAttempt(addressFailureLimit(requestHeaders))).ok) {
    return;
  }
  const source = email === undefined ? `address ${networkOfClient(requestHeaders)}` : accountKey({ email });
  const key = `sign-in:sso:${hashOf(`${source} ${error}`)}`;
  if (!(await takeAttempt({ key, max: 1, windowSeconds: SSO_FAILURE_WINDOW_SECONDS })).ok) {
    return;
  }
  await (email === undefined
    ? recordAuditEvent({
        actor: null,
        action: "sign_in_failed",
        detail: { by: "single sign-on", error },
        sourceIp: addressOf(requestHeaders),
      })
    : recordFailedSignIn(requestHeaders, { email }, "single sign-on", { error }));
}

function addressFailureLimit(requestHeaders: Headers | undefined): RateLimitRule {
  const network = hashOf(networkOfClient(requestHeaders) ?? "");
  return { key: `sign-in:recorded:address:${network}`, ...ADDRESS_FAILURE_LIMIT };
}
