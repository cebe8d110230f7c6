import type { Route } from "next";
import { useTranslations } from "next-intl";

import { SegmentedLinks } from "@/components/ui/segmented";
import type { CallFilter } from "@/lib/call/filter";
import { callsHref } from "@/lib/call/link";
import { type CallListView, LIST_ROWS } from "@/lib/call/list-view";

/** Links that switch the list between calls and contacts. The filter stays; the position does not, because it is one in the other list. */
export function ListSwitch({ filter, view }: { filter: CallFilter; view: CallListView }) {
  const t = useTranslations("contacts.switch");
  // Contacts have no duration, so their list cannot be sorted by it.
  const sort = view.sort === "-duration" || view.sort === "duration" ? "-time" : view.sort;
  return (
    <SegmentedLinks
      label={t("label")}
      items={LIST_ROWS.map((by) => ({
        href: callsHref(filter, { by, sort, perPage: view.perPage }) as Route,
        label: t(by),
        active: by === view.by,
      }))}
    />
  );
}
