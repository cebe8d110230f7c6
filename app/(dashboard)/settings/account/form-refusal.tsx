"use client";

import { useTranslations } from "next-intl";
import { useEffect } from "react";

import { sayThatSessionEnded } from "@/components/session-ended";
import { Notice } from "@/components/ui/notice";

/** Why a whole form was refused. Where the session has ended, the shell asks to sign in beside it. */
export function FormRefusal({
  reason,
  seconds = 0,
}: {
  reason: "signedOut" | "forbidden" | "unavailable" | "tooMany" | undefined;
  /** How long to wait, with `tooMany`. */
  seconds?: number;
}) {
  const t = useTranslations("auth.error");
  useEffect(() => {
    if (reason === "signedOut") {
      sayThatSessionEnded();
    }
  }, [reason]);
  if (reason === undefined) {
    return null;
  }
  return (
    <Notice tone={reason === "unavailable" ? "warning" : "danger"} announce>
      {t(reason, { seconds })}
    </Notice>
  );
}
