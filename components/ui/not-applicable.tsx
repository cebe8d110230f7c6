import { Minus } from "lucide-react";
import { useTranslations } from "next-intl";

/** A dash for a value that cannot exist: a call that reached nobody has no goal. For a missing value, use text instead. */
export function NotApplicable() {
  const t = useTranslations("common.state");
  return (
    <>
      <Minus className="inline size-3.5 text-subtle" aria-hidden />
      <span className="sr-only">{t("notApplicable")}</span>
    </>
  );
}
