import type { Route } from "next";
import { useTranslations } from "next-intl";

import { SegmentedLinks } from "@/components/ui/segmented";
import type { CallListView } from "@/lib/call/list-view";

/** Links for choosing the number of rows per page. */
export function PerPage({
  by,
  value,
  choices,
}: {
  by: CallListView["by"];
  value: number;
  choices: readonly { perPage: number; href: Route }[];
}) {
  const tCalls = useTranslations("calls");
  const tContacts = useTranslations("contacts");
  const label = by === "contacts" ? tContacts("perPage") : tCalls("perPage");
  return (
    <div className="flex items-center gap-2">
      <span className="max-sm:sr-only">{label}</span>
      <SegmentedLinks
        label={label}
        items={choices.map(({ perPage, href }) => ({ href, label: perPage, active: perPage === value }))}
      />
    </div>
  );
}
