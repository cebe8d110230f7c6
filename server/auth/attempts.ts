import { createHash } from "node:crypto";

import { APIError } from "better-auth/api";
import { z } from "zod";

import { forgetAttempts, type RateLimitRule, returnAttempt, takeAttempt } from "@/db/people/rate-limit";
import { isKnownEmail } from "@/db/people/users";
import { recordAuditEvent } from "@/db/privacy/audit";
import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";
import type { AuditDetail } from "@/lib/privacy/audit";

/** What is counted and what is written down of signing in. Called by the hooks of `server/auth/auth.ts`. */

const ACCOUNT_LIMIT = { max: 10, windowSeconds: 300 };
/** Wrong attempts only: a whole office signs in from one address in the morning. */
const ADDRESS_LIMIT = { max: 50, windowSeconds: 300 };

/** What is counted stands in the table under a hash: it holds no addresses, of people or of machines. */
const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

/** An account is counted whether it exists or not. */
function accountKey(body: unknown): string {
  const email = typeof body === "object" && body !== null && "email" in body ? String(body.email) : "";
  return `sign-in:account:${hashOf(email.trim().toLowerCase())}`;
}

function addressKey(requestHeaders: Headers | undefined): string | null {
  const address = addressOf(requestHeaders);
  return address === null ? null : `sign-in:address:${hashOf(address)}`;
}

/** Who gets here knows the password already, so there is less to lose by waiting longer. */
const SECOND_FACTOR_LIMIT = { max: 10, windowSeconds: 900 };
/** RFC 6238, 5.2: a code is good once. Longer than the time in which one is taken. */
const USED_CODE_SECONDS = 120;

function secondFactorKey(userId: string): string {
  return `second-factor:account:${userId}`;
}

/** `person`: whose password was right. Throws better-auth's answer where it was one too many. */
export async function takeSecondFactorAttempt(
  requestHeaders: Headers | undefined,
  person: { id: string; email: string },
  body: unknown,
): Promise<void> {
  const refusal = await takeAttempts([{ key: secondFactorKey(person.id), ...SECOND_FACTOR_LIMIT }]);
  if (refusal !== null) {
    await recordRefusedSignIn(requestHeaders, person, "second factor", SECOND_FACTOR_LIMIT.windowSeconds);
    throw refusal;
  }
  const code = typeof body === "object" && body !== null && "code" in body ? String(body.code) : "";
  if (!(await useCode(person.id, code))) {
    throw new APIError("UNAUTHORIZED", { code: "INVALID_CODE", message: "Invalid code" });
  }
}

/** False where this code of this person was used a moment ago. */
export async function useCode(userId: string, code: string): Promise<boolean> {
  const key = `second-factor:used:${hashOf(`${userId}:${code}`)}`;
  return (await takeAttempt({ key, max: 1, windowSeconds: USED_CODE_SECONDS })).ok;
}

/** Throws better-auth's answer where it was one too many. */
export async function takeSignInAttempt(requestHeaders: Headers | undefined, body: unknown): Promise<void> {
  const address = addressKey(requestHeaders);
  const refusal = await takeAttempts([
    { key: accountKey(body), ...ACCOUNT_LIMIT },
    ...(address === null ? [] : [{ key: address, ...ADDRESS_LIMIT }]),
  ]);
  if (refusal !== null) {
    await recordRefusedSignIn(requestHeaders, body, "password", ACCOUNT_LIMIT.windowSeconds);
    throw refusal;
  }
}

/** What to throw where one of them was one too many. */
async function takeAttempts(rules: RateLimitRule[]): Promise<APIError | null> {
  const answers = await Promise.all(rules.map(takeAttempt));
  const waits = answers.flatMap((answer) => (answer.ok ? [] : [answer.retryAfterSeconds]));
  if (waits.length === 0) {
    return null;
  }
  const retryAfter = Math.max(...waits);
  return new APIError(
    "TOO_MANY_REQUESTS",
    { code: "TOO_MANY_ATTEMPTS", message: "Too many attempts", retryAfter },
    { "retry-after": String(retryAfter) },
  );
}

export async function forgetSignInAttempts(requestHeaders: Headers | undefined, body: unknown): Promise<void> {
  const address = addressKey(requestHeaders);
  await Promise.all([forgetAttempts(accountKey(body)), address === null ? null : returnAttempt(address)]);
}

export async function forgetSecondFactorAttempts(userId: string): Promise<void> {
  await forgetAttempts(secondFactorKey(userId));
}

/* ── The record ──────────────────────────────────────────────────────────────────────────────────────────────────── */

/**
 * The log keeps its rows: a guesser must not fill the disk with them. Of an account that is there so many are written down an hour,
 * whatever happens to others; of those that are not, which anybody can think up without end, so many of each address.
 */
const RECORDED_OF_ACCOUNT = { max: 100, windowSeconds: 3600 };
const RECORDED_OF_ADDRESS = { max: 500, windowSeconds: 3600 };

type Way = "password" | "second factor" | "single sign-on";

export async function recordSignIn(
  action: "sign_in" | "sign_out",
  requestHeaders: Headers | undefined,
  { id, name, email }: { id: string; name: string; email: string },
  by?: Way,
): Promise<void> {
  await recordAuditEvent({
    actor: { id, name, email },
    action,
    sourceIp: addressOf(requestHeaders),
    ...(by === undefined ? {} : { detail: { by } }),
  });
}

/** Somebody's first time: as the first administrator, or by single sign-on, with an invitation or without. */
export async function recordJoined(
  requestHeaders: Headers | undefined,
  { id, name, email }: { id: string; name: string; email: string },
  by: "set-up" | "single sign-on",
): Promise<void> {
  await recordAuditEvent({
    actor: { id, name, email },
    action: "user_joined",
    subject: email,
    detail: { by },
    sourceIp: addressOf(requestHeaders),
  });
}

/** Of what was typed only an e-mail is kept: people put their password into the wrong field. */
export async function recordFailedSignIn(
  requestHeaders: Headers | undefined,
  who: unknown,
  by: Way,
  detail: AuditDetail = {},
): Promise<void> {
  const typed = z.object({ email: z.email().max(320) }).safeParse(who);
  if (typed.success) {
    const email = typed.data.email.toLowerCase();
    const sourceIp = addressOf(requestHeaders);
    const rule = (await isKnownEmail(email))
      ? { key: `sign-in:recorded:account:${hashOf(email)}`, ...RECORDED_OF_ACCOUNT }
      : { key: `sign-in:recorded:address:${hashOf(sourceIp ?? "")}`, ...RECORDED_OF_ADDRESS };
    if ((await takeAttempt(rule)).ok) {
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

/** That tries are refused without a look at them: once for each account and window, however many there are. */
async function recordRefusedSignIn(
  requestHeaders: Headers | undefined,
  who: unknown,
  by: Way,
  windowSeconds: number,
): Promise<void> {
  const key = `sign-in:refused:${hashOf(`${by} ${accountKey(who)}`)}`;
  if ((await takeAttempt({ key, max: 1, windowSeconds })).ok) {
    await recordFailedSignIn(requestHeaders, who, by, { refused: true });
  }
}

/**
 * Somebody came back from the identity provider and was not let in: once for each account, or address where no account is known, and
 * window. `error`: why, in one word.
 */
export async function recordFailedSingleSignOn(
  requestHeaders: Headers,
  email: string | undefined,
  error: string,
): Promise<void> {
  const sourceIp = addressOf(requestHeaders);
  const who = email === undefined ? `address ${sourceIp}` : accountKey({ email });
  const key = `sign-in:sso:${hashOf(`${who} ${error}`)}`;
  if ((await takeAttempt({ key, max: 1, windowSeconds: ACCOUNT_LIMIT.windowSeconds })).ok) {
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

function addressOf(requestHeaders: Headers | undefined): string | null {
  return requestHeaders ? clientIp(requestHeaders, env.CLIENT_IP_HEADER) : null;
}
