"use client";

import { useTranslations } from "next-intl";

/** The messages for the refusal reasons that only changes of another user have. */
export function useChangeLabels(): Record<"gone" | "own" | "lastAdministrator", string> {
  const t = useTranslations("people.error");
  return { gone: t("gone"), own: t("own"), lastAdministrator: t("lastAdministrator") };
}
