"use client";

import { useTranslations } from "next-intl";

/** The words for the reasons with which only a change of another person is refused. */
export function useChangeWords(): Record<"gone" | "own" | "lastAdministrator", string> {
  const t = useTranslations("people.error");
  return { gone: t("gone"), own: t("own"), lastAdministrator: t("lastAdministrator") };
}
