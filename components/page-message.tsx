import { Compass, Lock } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";

import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";

export function NotFoundMessage() {
  const t = useTranslations("common.error");
  return (
    <EmptyState
      icon={Compass}
      title={t("notFoundTitle")}
      headingLevel="h1"
      action={
        <LinkButton href={"/" as Route} variant="primary">
          {t("backHome")}
        </LinkButton>
      }
      className="py-[14vh]"
    >
      {t("notFoundBody")}
    </EmptyState>
  );
}

export function ForbiddenMessage() {
  const t = useTranslations("common.error");
  return (
    <EmptyState
      icon={Lock}
      title={t("forbiddenTitle")}
      headingLevel="h1"
      action={
        <LinkButton href={"/" as Route} variant="primary">
          {t("backHome")}
        </LinkButton>
      }
      className="py-[14vh]"
    >
      {t("forbiddenBody")}
    </EmptyState>
  );
}
