import { Minus } from "lucide-react";
import { useTranslations } from "next-intl";

/** The dash of what cannot be there: nobody was reached, so there is no goal. What could be there and is not is in words. */
export function NotApplicable() {
  const t = useTranslations("common.state");
  return (
    <>
      <Minus className="inline size-3.5 text-subtle" aria-hidden />
      <span className="sr-only">{t("notApplicable")}</span>
    </>
  );
}
