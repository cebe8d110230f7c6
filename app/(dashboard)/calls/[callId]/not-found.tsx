import { PhoneOff } from "lucide-react";
import { useTranslations } from "next-intl";

import { PageMessage } from "@/components/page-message";

export default function CallNotFound() {
  const t = useTranslations("call.notFound");
  return (
    <PageMessage icon={PhoneOff} title={t("title")} href="/calls" action={t("back")}>
      {t("body")}
    </PageMessage>
  );
}
