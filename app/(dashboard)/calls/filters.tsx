import { getTranslations } from "next-intl/server";

import type { CallFilter } from "@/lib/call/filter";
import type { CallListView } from "@/lib/call/list-view";
import type { NumberAccess } from "@/lib/phone/access";
import { addDays, dayOf } from "@/lib/time/time";
import { getFacets } from "@/server/facets";

import { type DatePreset, FilterBar } from "./filter-bar";
import { FilterPanel } from "./filter-panel";

export async function Filters({
  filter,
  view,
  zone,
  access,
  showsPanel,
}: {
  filter: CallFilter;
  view: CallListView;
  zone: string;
  access: NumberAccess;
  /** Whether the URL asks for the form with all filters. */
  showsPanel: boolean;
}) {
  const [facets, t] = await Promise.all([getFacets(access), getTranslations("calls.range")]);
  const canSearchNumbers = access !== "hidden";
  const today = dayOf(new Date(), zone);
  const presets: DatePreset[] = [
    { label: t("today"), from: today, to: today },
    { label: t("days", { days: 7 }), from: addDays(today, -6), to: today },
    { label: t("days", { days: 30 }), from: addDays(today, -29), to: today },
    { label: t("month"), from: `${today.slice(0, 8)}01`, to: today },
  ];
  return (
    <div className="space-y-3">
      <FilterBar filter={filter} view={view} facets={facets} presets={presets} canSearchNumbers={canSearchNumbers} />
      {showsPanel && <FilterPanel filter={filter} view={view} facets={facets} canSearchNumbers={canSearchNumbers} />}
    </div>
  );
}
