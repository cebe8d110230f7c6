import { PhoneOff } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";

import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";

export default function CallNotFound() {
  const t = useTranslations("call.notFound");
  return (
    <EmptyState
      icon={PhoneOff}
      title={t("title")}
      headingLevel="h1"
      action={
        <LinkButton href={"/calls" as Route} variant="primary">
          {t("back")}
        </LinkButton>
      }
      className="py-[14vh]"
    >
      {t("body")}
    </EmptyState>
  );
}
