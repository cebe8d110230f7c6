"use client";

import { useTranslations } from "next-intl";

import { sayThatSessionEnded } from "@/components/session-ended";

import type { CodeRefusal, PasswordRefusal } from "./actions";

/** Words for a refusal, to stand beside the field. Where the session has ended, the shell asks to sign in as well. */
export function useWhy(): (refusal: PasswordRefusal | CodeRefusal | { ok: false; reason: "offline" }) => string {
  const error = useTranslations("auth.error");
  return (refusal) => {
    switch (refusal.reason) {
      case "password":
        return error("currentPasswordWrong");
      case "code":
        return error("secondFactorWrong");
      case "tooMany":
        return error("tooMany", { seconds: refusal.seconds ?? 60 });
      case "signedOut":
        sayThatSessionEnded();
        return error("signedOut");
      default:
        return error(refusal.reason);
    }
  };
}

/** What an action's answer is when none came: the connection is away. For `.catch()`. */
export function notReached(): { ok: false; reason: "offline" } {
  return { ok: false, reason: "offline" };
}
