import type { Route } from "next";
import { useFormatter, useTranslations } from "next-intl";
import Link from "next/link";

import { Chip } from "@/components/ui/chip";
import { Id, Ltr } from "@/components/ui/ltr";
import { type CallFilter, NO_FILTER, UNKNOWN } from "@/lib/call/filter";
import { formats } from "@/lib/i18n/formats";
import { formatDuration } from "@/lib/time/duration";
import type { TimeBound } from "@/lib/url/time-bound";

import { useFilterLabels } from "./filter-labels";

/** The active filters as chips, each with a link that removes it. */
export function FilterChips({
  filter,
  none = NO_FILTER,
  hrefOf,
}: {
  /** Must not contain the page's defaults: the overview's range, for example, is not a chip. */
  filter: CallFilter;
  /** The filter after "clear all". */
  none?: CallFilter;
  hrefOf: (filter: CallFilter) => string;
}) {
  const t = useTranslations("calls");
  const tContacts = useTranslations("contacts");
  const tAction = useTranslations("common.action");
  const tState = useTranslations("common.state");
  const formatter = useFormatter();
  const { textOf, valueOf } = useFilterLabels();

  const without = (change: Partial<CallFilter>) => hrefOf({ ...filter, ...change }) as Route;
  const chips: { key: string; label: string; name: string; value: React.ReactNode; href: Route }[] = [];
  const add = (key: string, label: string, text: string, change: Partial<CallFilter>, value: React.ReactNode = text) =>
    chips.push({ key, label, name: `${label} ${text}`, value, href: without(change) });
  const timeOf = ({ text, at }: TimeBound) =>
    text.length === 10
      ? formatter.dateTime(new Date(`${text}T12:00:00Z`), { ...formats.dateTime.date, timeZone: "UTC" })
      : formatter.dateTime(at, formats.dateTime.dateTime);

  if (filter.q !== null) {
    add("q", t("search"), filter.q, { q: null }, <bdi>{filter.q}</bdi>);
  }
  for (const name of ["outcome", "goal", "scenario", "language", "direction"] as const) {
    for (const value of filter[name]) {
      const rest = filter[name].filter((other) => other !== value);
      add(`${name} ${value}`, t(`column.${name}`), textOf(name, value), { [name]: rest }, valueOf(name, value));
    }
  }
  for (const state of filter.state) {
    const rest = filter.state.filter((other) => other !== state);
    add(`state ${state}`, tContacts("column.state"), tContacts(`state.${state}`), { state: rest });
  }
  if (filter.contact !== null) {
    add("contact", tContacts("contact"), filter.contact, { contact: null }, <Id>{filter.contact}</Id>);
  }
  if (filter.attempt.length > 0) {
    const numbers = filter.attempt.map((attempt) => (attempt === UNKNOWN ? tState("unknown") : attempt));
    add("attempt", t("column.attempt"), numbers.join(", "), { attempt: [] }, <bdi>{numbers.join(", ")}</bdi>);
  }
  if (filter.dial.length > 0) {
    add("dial", t("dial"), filter.dial.map((result) => t(`dialResult.${result}`)).join(", "), { dial: [] });
  }
  if (filter.from !== null) {
    add("from", t("range.from"), timeOf(filter.from), { from: null });
  }
  if (filter.to !== null) {
    add("to", t("range.to"), timeOf(filter.to), { to: null });
  }
  if (filter.weekday.length > 0) {
    // 5 January 2026 was a Monday.
    const names = filter.weekday.map((day) =>
      formatter.dateTime(new Date(Date.UTC(2026, 0, 4 + day)), { weekday: "long", timeZone: "UTC" }),
    );
    add("weekday", t("weekday"), names.join(", "), { weekday: [] });
  }
  if (filter.hour.length > 0) {
    const hours = filter.hour.map((hour) => `${String(hour).padStart(2, "0")}:00–${String(hour).padStart(2, "0")}:59`);
    add("hour", t("hour"), hours.join(", "), { hour: [] }, <Ltr>{hours.join(", ")}</Ltr>);
  }
  if (filter.phone !== null) {
    add("phone", t("column.phone"), filter.phone, { phone: null }, <Ltr>{filter.phone}</Ltr>);
  }
  if (filter.minDuration !== null) {
    const text = formatDuration(filter.minDuration);
    add("min", t("minDurationChip"), text, { minDuration: null }, <Ltr>{text}</Ltr>);
  }
  if (filter.maxDuration !== null) {
    const text = formatDuration(filter.maxDuration);
    add("max", t("maxDurationChip"), text, { maxDuration: null }, <Ltr>{text}</Ltr>);
  }
  if (filter.reviewed !== null) {
    add("reviewed", t("reviewed"), tState(filter.reviewed ? "yes" : "no"), { reviewed: null });
  }
  if (filter.criterion !== null) {
    const label = t(
      filter.criterionMet === null ? "criterion" : filter.criterionMet ? "criterionMet" : "criterionMissed",
    );
    add("criterion", label, filter.criterion, { criterion: null, criterionMet: null }, <bdi>{filter.criterion}</bdi>);
  }
  if (filter.counted !== null) {
    add("counted", t("counted"), tState(filter.counted ? "yes" : "no"), { counted: null });
  }
  if (filter.enrichment.length > 0) {
    add("enrichment", t("enrichment"), filter.enrichment.map((state) => t(`enrichmentState.${state}`)).join(", "), {
      enrichment: [],
    });
  }
  if (filter.test !== null) {
    add("test", t("test"), tState(filter.test ? "yes" : "no"), { test: null });
  }
  if (chips.length === 0) {
    return null;
  }
  return (
    <ul className="flex flex-wrap items-center gap-2" aria-label={t("filters")}>
      {chips.map(({ key, label, name, value, href }) => (
        <li key={key} className="flex max-w-full">
          <Chip label={label} removeHref={href} removeName={name}>
            <span className="truncate">{value}</span>
          </Chip>
        </li>
      ))}
      {chips.length > 1 && (
        <li>
          <Link
            href={hrefOf(none) as Route}
            scroll={false}
            className="rounded-sm px-1 text-sm text-muted hover:text-foreground"
          >
            {tAction("clearAll")}
          </Link>
        </li>
      )}
    </ul>
  );
}
