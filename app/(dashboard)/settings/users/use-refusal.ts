"use client";

import { useTranslations } from "next-intl";
import { toast } from "sonner";

import { sayThatSessionEnded } from "@/components/session-ended";

import type { Refusal } from "./actions";

type Reason = Refusal["reason"] | "offline";

/** Says why something was not done. Where the session has ended, the shell asks to sign in. */
export function useRefusal(): (reason: Reason) => void {
  const t = useTranslations("people.error");
  const error = useTranslations("auth.error");
  return (reason) => {
    if (reason === "signedOut") {
      sayThatSessionEnded();
    } else {
      toast.error(reason === "gone" || reason === "own" || reason === "lastAdministrator" ? t(reason) : error(reason));
    }
  };
}

/** What an action's answer is when none came: the connection is away. For `.catch()`. */
export function notReached(): { ok: false; reason: "offline" } {
  return { ok: false, reason: "offline" };
}
