import { useTranslations } from "next-intl";

import { LinkButton } from "@/components/ui/link-button";

/** Where nothing has arrived yet: a link to the settings that show the webhook URL. Only administrators may open them. */
export function ConnectVendor() {
  const t = useTranslations("common.action");
  return (
    <LinkButton href="/settings/vendor" variant="primary">
      {t("connectVendor")}
    </LinkButton>
  );
}
