import type { useFormatter, useTranslations } from "next-intl";

import { outcomeKind } from "@/lib/call/outcome";
import type { Period, Span } from "@/lib/time/period";

type Formatter = ReturnType<typeof useFormatter>;

/** What an outcome is called; one that we do not know by the vendor's own word. */
export function outcomeName(t: ReturnType<typeof useTranslations<"outcomes">>, type: string | null): string {
  const kind = outcomeKind(type);
  return kind === "other" ? (type ?? t("outcome.unknown")) : t(`outcome.${kind}`);
}

/** A span in words: "17 – 23 Nov 2026", with times where it does not begin and end with a day. */
export function spanText(format: Formatter, { from, to }: Span, isDays: boolean): string {
  // A span does not contain its end: the 23rd ends at midnight of the 24th.
  return format.dateTimeRange(from, new Date(to.getTime() - (isDays ? 1 : 0)), isDays ? "date" : "dateTime");
}

/** Whether a period is made of days: its bounds are then written as days. */
export function isOfDays(bound: { text: string } | null): boolean {
  return bound !== null && bound.text.length === 10;
}

export type { Formatter, Period };
