import type { Route } from "next";
import { useTranslations } from "next-intl";

import { SegmentedLinks } from "@/components/ui/segmented";

/** Links for choosing the number of rows per page. */
export function PerPage({ value, choices }: { value: number; choices: readonly { perPage: number; href: Route }[] }) {
  const t = useTranslations("calls");
  return (
    <div className="flex items-center gap-2">
      <span className="max-sm:sr-only">{t("perPage")}</span>
      <SegmentedLinks
        label={t("perPage")}
        items={choices.map(({ perPage, href }) => ({ href, label: perPage, active: perPage === value }))}
      />
    </div>
  );
}
