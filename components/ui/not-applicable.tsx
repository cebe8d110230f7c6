import { useTranslations } from "next-intl";

/** A dash for a value that cannot exist: a call that reached nobody has no goal. For a missing value, use text instead. */
export function NotApplicable() {
  const t = useTranslations("common.state");
  return (
    <>
      <svg aria-hidden className="dash">
        <use href="#icon-minus" />
      </svg>
      <span className="sr-only">{t("notApplicable")}</span>
    </>
  );
}
