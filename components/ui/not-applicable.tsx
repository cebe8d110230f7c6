import { Minus } from "lucide-react";
import { useTranslations } from "next-intl";

/** A dash for a value that cannot exist: a call that reached nobody has no goal. A value that is only missing is described with text. */
export function NotApplicable() {
  const t = useTranslations("common.state");
  return (
    <>
      <Minus className="inline size-3.5 text-subtle" aria-hidden />
      <span className="sr-only">{t("notApplicable")}</span>
    </>
  );
}
