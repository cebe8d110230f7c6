"use server";

import { redirect } from "next/navigation";
import { z } from "zod";

import { safeNextPath } from "@/lib/url/next-path";
import { hrefAfterPassword, signInWithPassword } from "@/server/auth/sign-in";

/** What the form shows after an attempt. The values are keys of `auth.error`. */
export type SignInState = {
  email: string;
  errors: {
    email?: "emailRequired" | "emailInvalid";
    password?: "passwordRequired" | "credentials";
    form?: "unavailable" | "forbidden" | "tooMany" | "deactivated";
  };
  /** How long to wait, with `tooMany`. */
  seconds?: number;
};

const schema = z.object({
  email: z.string().trim().max(320).catch(""),
  password: z.string().max(1_000).catch(""),
  next: z.string().catch("/"),
});

/** Open to everybody: this is the door itself. */
export async function signIn(_previous: SignInState, form: FormData): Promise<SignInState> {
  const { email, password, next } = schema.parse(Object.fromEntries(form));
  const errors: SignInState["errors"] = {
    ...(email === ""
      ? { email: "emailRequired" as const }
      : z.email().safeParse(email).success
        ? {}
        : { email: "emailInvalid" as const }),
    ...(password === "" ? { password: "passwordRequired" as const } : {}),
  };
  if (Object.keys(errors).length > 0) {
    return { email, errors };
  }
  const answer = await signInWithPassword(email, password);
  if (answer.ok) {
    redirect(hrefAfterPassword(answer.next, safeNextPath(next)));
  }
  if (answer.reason === "credentials") {
    return { email, errors: { password: "credentials" } };
  }
  return {
    email,
    errors: { form: answer.reason },
    ...(answer.reason === "tooMany" ? { seconds: answer.seconds } : {}),
  };
}
