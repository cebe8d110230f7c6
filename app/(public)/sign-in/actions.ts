"use server";

import { redirect } from "next/navigation";
import { z } from "zod";

import { refuseFields } from "@/lib/action-answer";
import { safeNextPath } from "@/lib/url/next-path";
import { formAction } from "@/server/auth/action";
import { hrefAfterPassword, signInWithPassword } from "@/server/auth/sign-in";

/** Keys of `auth.error`. */
type SignInErrors = { email?: "emailRequired" | "emailInvalid"; password?: "passwordRequired" | "credentials" };

/** Signs in with an e-mail address and a password, and redirects to `next` or to the second step. */
export const signIn = formAction({
  role: "anyone",
  input: z.object({
    email: z.string().trim().max(320).catch(""),
    password: z.string().max(1_000).catch(""),
    next: z.string().catch("/"),
  }),
  keep: ["email"],
  check: ({ email, password }): SignInErrors => ({
    ...(email === ""
      ? { email: "emailRequired" }
      : z.email().safeParse(email).success
        ? {}
        : { email: "emailInvalid" }),
    ...(password === "" ? { password: "passwordRequired" } : {}),
  }),
  failure: "sign_in_unavailable",
  work: async ({ email, password, next }) => {
    const answer = await signInWithPassword(email, password);
    if (answer.ok) {
      redirect(hrefAfterPassword(answer.next, safeNextPath(next)));
    }
    return answer.reason === "credentials" ? refuseFields({ password: "credentials" }) : answer;
  },
});
