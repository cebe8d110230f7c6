import { Inbox } from "lucide-react";
import { useTranslations } from "next-intl";

import { PageMessage } from "@/components/page-message";

export default function DeliveryNotFound() {
  const t = useTranslations("deliveries.detail");
  return (
    <PageMessage icon={Inbox} title={t("notFoundTitle")} href="/deliveries" action={t("notFoundAction")}>
      {t("notFoundBody")}
    </PageMessage>
  );
}
