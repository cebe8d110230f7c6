"use server";

import { createHash, timingSafeEqual } from "node:crypto";

import { redirect } from "next/navigation";
import { z } from "zod";

import { createFirstAdministrator } from "@/db/people/first-administrator";
import { takeAttempt } from "@/db/people/rate-limit";
import { hasUsers } from "@/db/people/users";
import { refuse, refuseFields } from "@/lib/action-answer";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { type PasswordProblem, passwordProblem } from "@/lib/people/password";
import { requestAddress } from "@/server/audit";
import { formAction } from "@/server/auth/action";
import { guessableProblemOfPage } from "@/server/auth/guessable-password";
import { hashPassword } from "@/server/auth/password-checks";
import { hrefAfterPassword, signInWithPassword } from "@/server/auth/sign-in";

/** Keys of `auth.error`. */
type SetupErrors = {
  code?: "codeRequired" | "codeWrong";
  name?: "nameRequired" | "nameTooLong";
  email?: "emailRequired" | "emailInvalid";
  password?: PasswordProblem;
};

const CODE_LIMIT = { key: "setup:code", max: 10, windowSeconds: 300 };
/** Nobody can guess a code of this length, such as those that Callboard makes, so the wrong ones of strangers do not lock its owner out. */
const UNGUESSABLE_LENGTH = 12;

/**
 * Creates the first administrator and signs in. Needs no session, only the set-up code. Reason `closed`: there already is a user, or no
 * set-up code is configured.
 */
export const setUp = formAction({
  role: "anyone",
  input: z.object({
    code: z.string().trim().max(200).catch(""),
    name: z.string().trim().catch(""),
    email: z.string().trim().max(320).catch(""),
    password: z.string().catch(""),
  }),
  keep: ["code", "name", "email"],
  check: ({ code, name, email, password }): SetupErrors => {
    const problem = passwordProblem(password);
    return {
      ...(code === "" ? { code: "codeRequired" } : {}),
      ...(name === "" ? { name: "nameRequired" } : name.length > 100 ? { name: "nameTooLong" } : {}),
      ...(email === ""
        ? { email: "emailRequired" }
        : z.email().safeParse(email).success
          ? {}
          : { email: "emailInvalid" }),
      ...(problem === null ? {} : { password: problem }),
    };
  },
  failure: "setup_unavailable",
  work: async ({ code, name, email, password }) => {
    if (env.SETUP_CODE === undefined || (await hasUsers())) {
      return refuse("closed");
    }
    const isRight = isSetupCode(code, env.SETUP_CODE);
    if (!isRight || env.SETUP_CODE.length < UNGUESSABLE_LENGTH) {
      const attempt = await takeAttempt(CODE_LIMIT);
      if (!attempt.ok) {
        return { ...refuse("tooMany"), seconds: attempt.retryAfterSeconds };
      }
    }
    if (!isRight) {
      return refuseFields({ code: "codeWrong" });
    }
    const problem = await guessableProblemOfPage(password, { name, email });
    if (problem !== null) {
      return refuseFields({ password: problem });
    }
    const [passwordHash, sourceIp] = await Promise.all([hashPassword(password), requestAddress()]);
    if (!(await createFirstAdministrator({ name, email, passwordHash, sourceIp }))) {
      return refuse("closed");
    }
    log("info", "first_administrator_created");
    const answer = await signInWithPassword(email, password, { isVouched: true });
    redirect(answer.ok ? hrefAfterPassword(answer.next) : "/sign-in");
  },
});

/**
 * Compares the hashes of both codes in constant time. Ignores case, spaces and hyphens, because the code is typed by hand.
 */
function isSetupCode(given: string, expected: string): boolean {
  const digest = (code: string) => createHash("sha256").update(code.replaceAll(/[\s-]/g, "").toUpperCase()).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
