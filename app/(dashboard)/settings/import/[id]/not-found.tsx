import { Download } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";

import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";

export default function ImportNotFound() {
  const t = useTranslations("settings.import");
  return (
    <EmptyState
      icon={Download}
      title={t("notFoundTitle")}
      headingLevel="h1"
      action={
        <LinkButton href={"/settings/import" as Route} variant="primary">
          {t("notFoundAction")}
        </LinkButton>
      }
      className="py-[14vh]"
    >
      {t("notFoundBody")}
    </EmptyState>
  );
}
