import { useTranslations } from "next-intl";

import { RowIcon } from "./row-icon";

/** A dash for a value that cannot exist: a call that reached nobody has no goal. For a missing value, use text instead. */
export function NotApplicable() {
  const t = useTranslations("common.state");
  return (
    <>
      <RowIcon name="minus" className="dash" />
      <span className="sr-only">{t("notApplicable")}</span>
    </>
  );
}
