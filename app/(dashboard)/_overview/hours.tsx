import type { Route } from "next";
import { getFormatter, getTranslations } from "next-intl/server";

import { HeatGrid, type HeatCell } from "@/components/charts/heat-grid";
import { sendOnce } from "@/components/send-once";
import { Card } from "@/components/ui/card";
import { SegmentedLinks } from "@/components/ui/segmented";
import { type HourCount, readHours } from "@/db/statistics/hours";
import { formats } from "@/lib/i18n/formats";
import { MAP_MEASURES, type OverviewView, overviewHref } from "@/lib/statistics/overview-view";
import { PARTS, partHref } from "@/lib/statistics/part";
import { weekdaysFrom, weekdaysIn } from "@/lib/time/period";

import { shareText } from "./numbers";

const ALL_HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const LEVELS = 5;
/** The share of fewer calls than this varies too much to be shown as a colour. */
const MIN_DIALS_FOR_SHARE = 5;
/** A Monday at noon UTC, for formatting the names of weekdays. */
const ANY_MONDAY = Date.UTC(2024, 0, 1, 12);
const DAY_MS = 86_400_000;

/** A map of hours and weekdays in the organization's time zone: when calls are made, and when they reach the customer. */
export async function Hours({ view, weekStart }: { view: OverviewView; weekStart: number }) {
  const { filter, period, map } = view;
  const [counts, t, format] = await Promise.all([
    readHours(filter, period),
    getTranslations("overview.hours"),
    getFormatter(),
  ]);
  const byHour = new Map(counts.map((count) => [`${count.weekday} ${count.hour}`, count]));
  const maxDials = Math.max(1, ...counts.map(({ dials }) => dials));
  // Only weekdays that can have calls: a short period may not include all of them, and the filter may exclude some.
  const occurring = weekdaysIn(period, filter.zone);
  const hours = filter.hour.length === 0 ? ALL_HOURS : filter.hour;
  const rows = weekdaysFrom(weekStart)
    .filter((weekday) => occurring.has(weekday) && (filter.weekday.length === 0 || filter.weekday.includes(weekday)))
    .map((weekday) => {
      const day = new Date(ANY_MONDAY + (weekday - 1) * DAY_MS);
      const dayName = format.dateTime(day, { weekday: "long", timeZone: "UTC" });
      return {
        name: format.dateTime(day, { weekday: "short", timeZone: "UTC" }),
        cells: hours.map((hour): HeatCell => {
          const found = byHour.get(`${weekday} ${hour}`) ?? { weekday, hour, dials: 0, reached: 0 };
          const at = t("at", { day: dayName, from: clock(hour), to: clock(hour + 1) });
          const reach = shareText(format, { part: found.reached, whole: found.dials });
          const text = t("cell", { at, dials: found.dials, reached: found.reached, share: reach ?? "" });
          const cell = { label: found.dials === 0 ? t("cellNone", { at }) : text, ...measure(found, map, maxDials) };
          const shown =
            map === "volume"
              ? format.number(found.dials, formats.number[found.dials >= 100_000 ? "compact" : "integer"])
              : (reach ?? "");
          return found.dials === 0
            ? { ...cell, text: "" }
            : { ...cell, text: shown, href: partHref(filter, { ...PARTS.dials, weekday, hour }) };
        }),
      };
    });
  const columns = hours.map((hour) => ({ name: clock(hour), short: String(hour).padStart(2, "0") }));
  return (
    <Card
      title={t("title")}
      description={t(`description.${map}`)}
      actions={
        <SegmentedLinks
          label={t("measure")}
          items={MAP_MEASURES.map((each) => ({
            href: overviewHref(view, { map: each }) as Route,
            label: t(each),
            active: each === map,
          }))}
        />
      }
    >
      <HeatGrid
        label={t("title")}
        hint={t("hint")}
        columnCount={hours.length}
        cells={await sendOnce({ columns, rows })}
      />
      {map === "reach" && <p className="mt-2 text-xs text-subtle">{t("fewest", { count: MIN_DIALS_FOR_SHARE })}</p>}
    </Card>
  );
}

function measure({ dials, reached }: HourCount, map: OverviewView["map"], maxDials: number): Pick<HeatCell, "level"> {
  if (dials === 0) {
    return { level: 0 };
  }
  if (map === "reach" && dials < MIN_DIALS_FOR_SHARE) {
    return { level: null };
  }
  const part = map === "volume" ? dials / maxDials : reached / dials;
  return { level: Math.max(map === "volume" || reached > 0 ? 1 : 0, Math.ceil(part * LEVELS)) };
}

function clock(hour: number): string {
  return `${String(hour % 24).padStart(2, "0")}:00`;
}
