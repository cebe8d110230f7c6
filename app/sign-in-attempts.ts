import { createHash } from "node:crypto";

import { APIError } from "better-auth/api";
import { z } from "zod";

import { recordAudit } from "@/db/audit";
import { forgetAttempts, type RateLimitRule, returnAttempt, takeAttempt } from "@/db/rate-limit";
import { clientIp } from "@/lib/client-ip";
import { env } from "@/lib/env";

/** What is counted and what is written down of signing in. Called by the hooks of `app/auth.ts`. */

const ACCOUNT_LIMIT = { max: 10, windowSeconds: 300 };
/** Wrong attempts only: a whole office signs in from one address in the morning. */
const ADDRESS_LIMIT = { max: 50, windowSeconds: 300 };

/** An account is counted whether it exists or not, and under a hash: the table holds no addresses of people. */
function accountKey(body: unknown): string {
  const email = typeof body === "object" && body !== null && "email" in body ? String(body.email) : "";
  return `sign-in:account:${createHash("sha256").update(email.trim().toLowerCase()).digest("hex")}`;
}

function addressKey(requestHeaders: Headers | undefined): string | null {
  const address = requestHeaders ? clientIp(requestHeaders, env.CLIENT_IP_HEADER) : null;
  return address === null ? null : `sign-in:address:${createHash("sha256").update(address).digest("hex")}`;
}

/** Who gets here knows the password already, so there is less to lose by waiting longer. */
const SECOND_FACTOR_LIMIT = { max: 10, windowSeconds: 900 };
/** RFC 6238, 5.2: a code is good once. Longer than the time in which one is taken. */
const USED_CODE_SECONDS = 120;

function secondFactorKey(userId: string): string {
  return `second-factor:account:${userId}`;
}

/** `userId`: whose password was right. Throws better-auth's answer where it was one too many. */
export async function takeSecondFactorAttempt(userId: string, body: unknown): Promise<void> {
  await takeAttempts([{ key: secondFactorKey(userId), ...SECOND_FACTOR_LIMIT }]);
  const code = typeof body === "object" && body !== null && "code" in body ? String(body.code) : "";
  const key = `second-factor:used:${createHash("sha256").update(`${userId}:${code}`).digest("hex")}`;
  if (!(await takeAttempt({ key, max: 1, windowSeconds: USED_CODE_SECONDS })).ok) {
    throw new APIError("UNAUTHORIZED", { code: "INVALID_CODE", message: "Invalid code" });
  }
}

/** Throws better-auth's answer where it was one too many. */
export async function takeSignInAttempt(requestHeaders: Headers | undefined, body: unknown): Promise<void> {
  const address = addressKey(requestHeaders);
  await takeAttempts([
    { key: accountKey(body), ...ACCOUNT_LIMIT },
    ...(address === null ? [] : [{ key: address, ...ADDRESS_LIMIT }]),
  ]);
}

async function takeAttempts(rules: RateLimitRule[]): Promise<void> {
  const answers = await Promise.all(rules.map(takeAttempt));
  const waits = answers.flatMap((answer) => (answer.ok ? [] : [answer.retryAfterSeconds]));
  if (waits.length > 0) {
    const retryAfter = Math.max(...waits);
    throw new APIError(
      "TOO_MANY_REQUESTS",
      { code: "TOO_MANY_ATTEMPTS", message: "Too many attempts", retryAfter },
      { "retry-after": String(retryAfter) },
    );
  }
}

export async function forgetSignInAttempts(requestHeaders: Headers | undefined, body: unknown): Promise<void> {
  const address = addressKey(requestHeaders);
  await Promise.all([forgetAttempts(accountKey(body)), address === null ? null : returnAttempt(address)]);
}

export async function forgetSecondFactorAttempts(userId: string): Promise<void> {
  await forgetAttempts(secondFactorKey(userId));
}

/* ── The record ──────────────────────────────────────────────────────────────────────────────────────────────────── */

/** The log keeps its rows: a guesser must not fill the disk with them. */
const RECORDED_FAILURES = { key: "sign-in:recorded-failures", max: 500, windowSeconds: 3600 };

export async function recordSignIn(
  action: "sign_in" | "sign_out",
  requestHeaders: Headers | undefined,
  { id, name, email }: { id: string; name: string; email: string },
  by?: "password" | "second factor" | "single sign-on",
): Promise<void> {
  await recordAudit({
    actor: { id, name, email },
    action,
    sourceIp: addressOf(requestHeaders),
    ...(by === undefined ? {} : { detail: { by } }),
  });
}

/** Of what was typed only an e-mail is kept: people put their password into the wrong field. */
export async function recordFailedSignIn(
  requestHeaders: Headers | undefined,
  who: unknown,
  by: "password" | "second factor",
): Promise<void> {
  const typed = z.object({ email: z.email().max(320) }).safeParse(who);
  if (typed.success && (await takeAttempt(RECORDED_FAILURES)).ok) {
    await recordAudit({
      actor: null,
      action: "sign_in_failed",
      subject: typed.data.email.toLowerCase(),
      detail: { by },
      sourceIp: addressOf(requestHeaders),
    });
  }
}

function addressOf(requestHeaders: Headers | undefined): string | null {
  return requestHeaders ? clientIp(requestHeaders, env.CLIENT_IP_HEADER) : null;
}
