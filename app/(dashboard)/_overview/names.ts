import type { useFormatter, useTranslations } from "next-intl";

import { outcomeKind } from "@/lib/call/outcome";
import { formats } from "@/lib/i18n/formats";
import type { TimeRange } from "@/lib/time/time";

type Formatter = ReturnType<typeof useFormatter>;

/** The translated name of an outcome. An unknown outcome keeps the vendor's name. */
export function outcomeName(t: ReturnType<typeof useTranslations<"outcomes">>, type: string | null): string {
  const kind = outcomeKind(type);
  return kind === "other" ? (type ?? t("outcome.unknown")) : t(`outcome.${kind}`);
}

/** Formats a range: "17 – 23 Nov 2026", or with times if it is not made of whole days. */
export function rangeText(format: Formatter, { from, to }: TimeRange, isDays: boolean): string {
  // The end is exclusive: the 23rd ends at midnight of the 24th.
  return format.dateTimeRange(
    from,
    new Date(to.getTime() - (isDays ? 1 : 0)),
    formats.dateTime[isDays ? "date" : "dateTime"],
  );
}

/** Whether a period is made of whole days, which is the case if its bounds are written as dates. */
export function isOfDays(bound: { text: string } | null): boolean {
  return bound !== null && bound.text.length === 10;
}

export type { Formatter };
