"use server";

import type { Route } from "next";
import { redirect } from "next/navigation";
import { z } from "zod";

import { refuseFields } from "@/lib/action-answer";
import { safeNextPath } from "@/lib/url/next-path";
import { formAction } from "@/server/auth/action";
import { readSession } from "@/server/auth/gates";
import { SECOND_FACTORS, signInWithCode } from "@/server/auth/sign-in";

/** Keys of `auth.error`. */
type CodeErrors = { code?: "secondFactorRequired" | "secondFactorWrong" | "secondFactorUnreadable" };

/** The second step of signing in, after a correct password. Redirects to `next`. */
export const giveCode = formAction({
  role: "anyone",
  input: z.object({
    code: z.string().trim().max(100).catch(""),
    factor: z.enum(SECOND_FACTORS).catch("totp"),
    next: z.string().catch("/"),
  }),
  keep: ["code"],
  check: ({ code }): CodeErrors => (code === "" ? { code: "secondFactorRequired" } : {}),
  failure: "sign_in_unavailable",
  work: async ({ code, factor, next }) => {
    // better-auth would take the code for one of the account page, which turns on a second factor that was begun there.
    if ((await readSession()).user !== null) {
      redirect(safeNextPath(next) as Route);
    }
    const answer = await signInWithCode(factor, code);
    if (answer.ok) {
      redirect(safeNextPath(next) as Route);
    }
    switch (answer.reason) {
      case "expired":
        redirect(`/sign-in?${new URLSearchParams({ error: "code_expired", next: safeNextPath(next) })}` as Route);
      case "code":
        return refuseFields({ code: "secondFactorWrong" });
      case "unreadable":
        return refuseFields({ code: "secondFactorUnreadable" });
      default:
        return answer;
    }
  },
});
