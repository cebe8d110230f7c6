import { Inbox } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";

import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";

export default function DeliveryNotFound() {
  const t = useTranslations("deliveries.detail");
  return (
    <EmptyState
      icon={Inbox}
      title={t("notFoundTitle")}
      headingLevel="h1"
      action={
        <LinkButton href={"/deliveries" as Route} variant="primary">
          {t("notFoundAction")}
        </LinkButton>
      }
      className="py-[14vh]"
    >
      {t("notFoundBody")}
    </EmptyState>
  );
}
