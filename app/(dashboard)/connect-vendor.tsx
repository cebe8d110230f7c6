import { useTranslations } from "next-intl";

import { LinkButton } from "@/components/ui/link-button";

/** A link to the settings with the webhook URL, for empty pages. Only administrators may open these settings. */
export function ConnectVendor() {
  const t = useTranslations("common.action");
  return (
    <LinkButton href="/settings/vendor" variant="primary">
      {t("connectVendor")}
    </LinkButton>
  );
}
