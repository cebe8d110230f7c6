"use server";

import { createHash, timingSafeEqual } from "node:crypto";

import { hashPassword } from "better-auth/crypto";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { z } from "zod";

import { createFirstAdministrator } from "@/db/people/first-administrator";
import { takeAttempt } from "@/db/people/rate-limit";
import { hasUsers } from "@/db/people/users";
import { env } from "@/lib/env";
import { isSameOrigin } from "@/lib/http/same-origin";
import { errorCode, log } from "@/lib/log";
import { callerAddress } from "@/server/audit";
import { hrefAfterPassword, signInWithPassword } from "@/server/auth/sign-in";

/** What the form shows after an attempt. The values are keys of `auth.error`. */
export type SetupState = {
  values: { code: string; name: string; email: string };
  errors: {
    code?: "codeRequired" | "codeWrong";
    name?: "nameRequired" | "nameTooLong";
    email?: "emailRequired" | "emailInvalid";
    password?: "passwordRequired" | "passwordTooShort" | "passwordTooLong";
    form?: "unavailable" | "forbidden" | "tooMany" | "closed";
  };
  /** How long to wait, with `tooMany`. */
  seconds?: number;
};

const CODE_LIMIT = { key: "setup:code", max: 10, windowSeconds: 300 };

const schema = z.object({
  code: z.string().trim().max(200).catch(""),
  name: z.string().trim().catch(""),
  email: z.string().trim().max(320).catch(""),
  password: z.string().catch(""),
});

/** Guarded by the set-up code, and only while there is no user. Creates the first administrator and signs in. */
export async function setUp(_previous: SetupState, form: FormData): Promise<SetupState> {
  const { password, ...values } = schema.parse(Object.fromEntries(form));
  const fail = (errors: SetupState["errors"], seconds?: number): SetupState => ({
    values,
    errors,
    ...(seconds === undefined ? {} : { seconds }),
  });
  if (!isSameOrigin(await headers(), env.APP_URL)) {
    return fail({ form: "forbidden" });
  }
  const errors = check({ ...values, password });
  if (Object.keys(errors).length > 0) {
    return fail(errors);
  }
  try {
    if (env.SETUP_CODE === undefined || (await hasUsers())) {
      return fail({ form: "closed" });
    }
    const attempt = await takeAttempt(CODE_LIMIT);
    if (!attempt.ok) {
      return fail({ form: "tooMany" }, attempt.retryAfterSeconds);
    }
    if (!isSetupCode(values.code, env.SETUP_CODE)) {
      return fail({ code: "codeWrong" });
    }
    const [passwordHash, sourceIp] = await Promise.all([hashPassword(password), callerAddress()]);
    if (!(await createFirstAdministrator({ name: values.name, email: values.email, passwordHash, sourceIp }))) {
      return fail({ form: "closed" });
    }
    log("info", "first_administrator_created");
  } catch (error) {
    log("error", "setup_unavailable", { error_code: errorCode(error) });
    return fail({ form: "unavailable" });
  }
  const answer = await signInWithPassword(values.email, password);
  redirect(answer.ok ? hrefAfterPassword(answer.next) : "/sign-in");
}

function check({ code, name, email, password }: SetupState["values"] & { password: string }): SetupState["errors"] {
  return {
    ...(code === "" ? { code: "codeRequired" } : {}),
    ...(name === "" ? { name: "nameRequired" } : name.length > 100 ? { name: "nameTooLong" } : {}),
    ...(email === ""
      ? { email: "emailRequired" }
      : z.email().safeParse(email).success
        ? {}
        : { email: "emailInvalid" }),
    ...(password === ""
      ? { password: "passwordRequired" }
      : password.length < 12
        ? { password: "passwordTooShort" }
        : password.length > 128
          ? { password: "passwordTooLong" }
          : {}),
  };
}

/** In constant time: both sides are hashed first. Case and the hyphens between the groups do not count, they are retyped by hand. */
function isSetupCode(given: string, expected: string): boolean {
  const digest = (code: string) => createHash("sha256").update(code.replaceAll(/[\s-]/g, "").toUpperCase()).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
