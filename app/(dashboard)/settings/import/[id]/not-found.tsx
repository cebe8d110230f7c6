import { Download } from "lucide-react";
import { useTranslations } from "next-intl";

import { PageMessage } from "@/components/page-message";

export default function ImportNotFound() {
  const t = useTranslations("settings.import");
  return (
    <PageMessage icon={Download} title={t("notFoundTitle")} href="/settings/import" action={t("notFoundAction")}>
      {t("notFoundBody")}
    </PageMessage>
  );
}
