"use client";

import { Lock } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";

import { PageMessage } from "./page-message";

/** Shown for a page that the user's role may not open. A client component: Next sends what the boundaries of a layout show with each of its pages. */
export function ForbiddenMessage() {
  const t = useTranslations("common.error");
  return (
    <PageMessage icon={Lock} title={t("forbiddenTitle")} href={"/" as Route} action={t("backHome")}>
      {t("forbiddenBody")}
    </PageMessage>
  );
}
