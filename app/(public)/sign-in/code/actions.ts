"use server";

import type { Route } from "next";
import { redirect } from "next/navigation";
import { z } from "zod";

import { safeNextPath } from "@/lib/url/next-path";
import { SECOND_FACTORS, signInWithCode } from "@/server/auth/sign-in";

/** What the form shows after an attempt. The values are keys of `auth.error`. */
export type CodeState = {
  code: string;
  errors: {
    code?: "secondFactorRequired" | "secondFactorWrong";
    form?: "unavailable" | "forbidden" | "tooMany";
  };
  /** How long to wait, with `tooMany`. */
  seconds?: number;
};

const schema = z.object({
  code: z.string().trim().max(100).catch(""),
  factor: z.enum(SECOND_FACTORS).catch("totp"),
  next: z.string().catch("/"),
});

/** Open to who has just given a right password. */
export async function giveCode(_previous: CodeState, form: FormData): Promise<CodeState> {
  const { code, factor, next } = schema.parse(Object.fromEntries(form));
  if (code === "") {
    return { code, errors: { code: "secondFactorRequired" } };
  }
  const answer = await signInWithCode(factor, code);
  if (answer.ok) {
    redirect(safeNextPath(next) as Route);
  }
  if (answer.reason === "expired") {
    redirect(`/sign-in?${new URLSearchParams({ error: "code_expired", next: safeNextPath(next) })}` as Route);
  }
  if (answer.reason === "code") {
    return { code, errors: { code: "secondFactorWrong" } };
  }
  return {
    code,
    errors: { form: answer.reason },
    ...(answer.reason === "tooMany" ? { seconds: answer.seconds } : {}),
  };
}
