"use client";

import { Compass } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";

import { PageMessage } from "./page-message";

/** Shown for a URL without a page. A client component: Next sends what the boundaries of a layout show with each of its pages. */
export function NotFoundMessage() {
  const t = useTranslations("common.error");
  return (
    <PageMessage icon={Compass} title={t("notFoundTitle")} href={"/" as Route} action={t("backHome")}>
      {t("notFoundBody")}
    </PageMessage>
  );
}
