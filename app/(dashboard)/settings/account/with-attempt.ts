import { isAPIError } from "better-auth/api";
import { headers } from "next/headers";

import { takeAttempt } from "@/db/people/rate-limit";
import { refuse } from "@/lib/action-answer";
import type { SignedInUser } from "@/server/auth/gates";

/** Prevents a stranger at an open browser from guessing the password. */
const PASSWORD_LIMIT = { max: 10, windowSeconds: 300 };

/**
 * Runs work that asks for the password or a code again, and counts the attempt first. If better-auth refuses the input, the reason is
 * `wrong`. Throws all other errors.
 */
export async function withAttempt<Answer, Wrong extends string>(
  user: SignedInUser,
  wrong: Wrong,
  run: (requestHeaders: Headers) => Promise<Answer>,
): Promise<Answer | { ok: false; reason: "tooMany"; seconds: number } | { ok: false; reason: Wrong }> {
  const attempt = await takeAttempt({ key: `password:account:${user.id}`, ...PASSWORD_LIMIT });
  if (!attempt.ok) {
    return { ok: false, reason: "tooMany", seconds: attempt.retryAfterSeconds };
  }
  try {
    return await run(await headers());
  } catch (error) {
    if (isAPIError(error) && error.statusCode < 500 && error.status !== "TOO_MANY_REQUESTS") {
      return refuse(wrong);
    }
    throw error;
  }
}
