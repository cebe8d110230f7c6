import type { Route } from "next";
import { useFormatter, useTranslations } from "next-intl";

import { SegmentedLinks } from "@/components/ui/segmented";
import { type OverviewView, overviewHref } from "@/lib/statistics/overview-view";
import { PRESETS } from "@/lib/time/period";
import { dayOf } from "@/lib/time/time";
import { formHref } from "@/lib/url/parameters";

import { CustomRange } from "./custom-range";
import { isOfDays, rangeText } from "./names";

/** The presets as links, and a form for any other range. */
export function RangePicker({ view, showsForm }: { view: OverviewView; showsForm: boolean }) {
  const t = useTranslations("overview.range");
  const format = useFormatter();
  const { filter, period } = view;
  const otherParams = new URL(overviewHref(view), "http://localhost").searchParams;
  for (const name of ["range", "from", "to"]) {
    otherParams.delete(name);
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SegmentedLinks
        label={t("label")}
        items={PRESETS.map((preset) => ({
          href: overviewHref(view, { preset }) as Route,
          label: t(preset),
          active: period.preset === preset,
        }))}
      />
      <CustomRange
        // Resets the fields when the range changes.
        key={`${filter.from?.text} ${filter.to?.text}`}
        from={dayOf(period.from, filter.zone)}
        to={dayOf(new Date(period.to.getTime() - 1), filter.zone)}
        otherParams={[...otherParams]}
        href={formHref(overviewHref(view), "range")}
        isInline={showsForm}
        current={period.preset === null ? rangeText(format, period, isOfDays(filter.from)) : null}
      />
    </div>
  );
}
