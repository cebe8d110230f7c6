import type { Route } from "next";
import { useFormatter, useTranslations } from "next-intl";
import Link from "next/link";
import { use, type ReactNode } from "react";

import { Duration } from "@/components/ui/duration";
import { Skeleton } from "@/components/ui/skeleton";
import type { Summary } from "@/db/statistics/statistics";
import type { CallFilter } from "@/lib/call/filter";
import { callsHref } from "@/lib/call/link";
import {
  averageTalk,
  changeInPoints,
  type Figures,
  goalRate,
  NO_FIGURES,
  type Ratio,
  reachRate,
  relativeChange,
} from "@/lib/statistics/figures";
import { type OverviewView, overviewHref } from "@/lib/statistics/overview-view";
import { type Part, partHref, PARTS } from "@/lib/statistics/part";

import { Change, NumberLink, numberLink, Share } from "./numbers";

/** The figures of the period, each with its denominator and its value in the previous period. */
export function Tiles({ view, summary: promise }: { view: OverviewView; summary: Promise<Summary> }) {
  const t = useTranslations("overview.tile");
  const { current, previous, leftOut } = use(promise);
  const { filter } = view;
  const now = current.figures;
  const before = previous?.figures ?? null;
  const href = (part: Part = {}, sort?: "-duration") => partHref(filter, part, sort);
  const hrefBefore = (part: Part = {}, sort?: "-duration") =>
    view.period.previous === null ? undefined : partHref(filter, { ...part, range: view.period.previous }, sort);
  return (
    <section aria-label={t("label")}>
      <div className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border shadow-xs md:grid-cols-3 xl:grid-cols-6">
        <CallsTile now={now} before={before} href={href} hrefBefore={hrefBefore} />
        <RateTile
          name="reached"
          now={reachRate(now)}
          before={before && reachRate(before)}
          links={[href(PARTS.reached), href(), hrefBefore(PARTS.reached)]}
        />
        <RateTile
          name="goal"
          now={goalRate(now)}
          before={before && goalRate(before)}
          links={[href(PARTS.met), href(PARTS.assessed), hrefBefore(PARTS.met)]}
        />
        <TalkTile name="average" now={now} before={before} of={averageTalk} href={href} hrefBefore={hrefBefore} />
        <TalkTile
          name="p90"
          now={now}
          before={before}
          of={({ p90Seconds }) => p90Seconds}
          href={href}
          hrefBefore={hrefBefore}
        />
        <TalkTile
          name="minutes"
          now={now}
          before={before}
          of={({ talkSeconds, timed }) => (timed === 0 ? null : talkSeconds)}
          href={href}
          hrefBefore={hrefBefore}
        />
      </div>
      <CountedNote view={view} leftOut={leftOut} />
    </section>
  );
}

type Links = {
  href: (part?: Part, sort?: "-duration") => string | undefined;
  hrefBefore: (part?: Part, sort?: "-duration") => string | undefined;
};

function CallsTile({ now, before, href, hrefBefore }: { now: Figures; before: Figures | null } & Links) {
  const format = useFormatter();
  const t = useTranslations("overview.tile");
  return (
    <Tile
      label={t("calls.label")}
      hint={t("calls.hint")}
      value={<NumberLink href={now.calls > 0 ? href() : undefined}>{format.number(now.calls)}</NumberLink>}
      change={
        before !== null &&
        (before.calls === 0 ? (
          <span className="text-xs text-subtle">{t("noneBefore")}</span>
        ) : (
          <>
            <Change by={relativeChange(now.calls, before.calls)} unit="relative" />
            <Before href={hrefBefore()}>{format.number(before.calls)}</Before>
          </>
        ))
      }
    />
  );
}

function RateTile({
  name,
  now,
  before,
  links: [partLink, wholeLink, beforeLink],
}: {
  name: "reached" | "goal";
  now: Ratio;
  before: Ratio | null;
  links: [part: string | undefined, whole: string | undefined, before: string | undefined];
}) {
  const format = useFormatter();
  const t = useTranslations("overview.tile");
  return (
    <Tile
      label={t(`${name}.label`)}
      hint={t(`${name}.hint`)}
      value={
        <NumberLink href={now.part > 0 ? partLink : undefined}>
          <Share rate={now} none={t(`${name}.none`)} />
        </NumberLink>
      }
      isEmpty={now.whole === 0}
      detail={
        now.whole > 0 &&
        t.rich(`${name}.of`, {
          part: format.number(now.part),
          whole: format.number(now.whole),
          count: now.whole,
          partLink: numberLink(now.part > 0 ? partLink : undefined),
          wholeLink: numberLink(wholeLink),
        })
      }
      change={
        before !== null &&
        now.whole > 0 && (
          <>
            <Change by={changeInPoints(now, before)} unit="points" better="up" />
            {before.whole > 0 && (
              <Before href={before.part > 0 ? beforeLink : undefined}>
                <Share rate={before} none="" />
              </Before>
            )}
          </>
        )
      }
    />
  );
}

function TalkTile({
  name,
  now,
  before,
  of,
  href,
  hrefBefore,
}: {
  name: "average" | "p90" | "minutes";
  now: Figures;
  before: Figures | null;
  of: (figures: Figures) => number | null;
} & Links) {
  const format = useFormatter();
  const t = useTranslations("overview.tile");
  const seconds = of(now);
  const link = href(PARTS.timed, name === "p90" ? "-duration" : undefined);
  const secondsBefore = of(before ?? NO_FIGURES);
  const show = (value: number) =>
    name === "minutes" ? format.number(value / 60, { maximumFractionDigits: 0 }) : <Duration seconds={value} />;
  return (
    <Tile
      label={t(`${name}.label`)}
      hint={t(`${name}.hint`)}
      value={
        seconds === null ? (
          <span className="text-subtle">{t("talkNone")}</span>
        ) : (
          <NumberLink href={link}>{show(seconds)}</NumberLink>
        )
      }
      isEmpty={seconds === null}
      detail={
        seconds !== null &&
        t.rich("talkOf", {
          count: now.timed,
          link: numberLink(link),
        })
      }
      change={
        before !== null &&
        seconds !== null && (
          <>
            <Change by={relativeChange(seconds, secondsBefore)} unit="relative" />
            {secondsBefore !== null && <Before href={hrefBefore(PARTS.timed)}>{show(secondsBefore)}</Before>}
          </>
        )
      }
    />
  );
}

/** The value in the previous period: "from 59%". */
function Before({ href, children }: { href: string | undefined; children: ReactNode }) {
  const t = useTranslations("overview.change");
  return (
    <span className="text-xs text-subtle">
      {t("from")} <NumberLink href={href}>{children}</NumberLink>
    </span>
  );
}

function Tile({
  label,
  hint,
  value,
  isEmpty = false,
  detail,
  change,
}: {
  label: string;
  hint: string;
  value: ReactNode;
  isEmpty?: boolean;
  detail?: ReactNode;
  change?: ReactNode;
}) {
  return (
    <div className="flex min-w-0 flex-col bg-surface px-4 py-3.5">
      <h2 className="text-sm text-muted" title={hint}>
        {label}
      </h2>
      <p
        className={
          isEmpty ? "mt-1 text-lg leading-8 font-medium" : "mt-1 text-2xl font-semibold tracking-tight tabular"
        }
      >
        {value}
      </p>
      <p className="min-h-4.5 text-xs text-muted">{detail}</p>
      <p className="mt-auto flex min-h-6 flex-wrap items-center gap-x-1.5 pt-1.5">{change}</p>
    </div>
  );
}

/** The number of calls that the page does not count, with links to list them and to include them. */
function CountedNote({ view, leftOut }: { view: OverviewView; leftOut: number }) {
  const t = useTranslations("overview.counted");
  const { filter } = view;
  const hrefWithCounted = (counted: CallFilter["counted"]) =>
    overviewHref(view, { filter: { ...filter, counted } }) as Route;
  const linkClass = "rounded-xs text-accent-text underline underline-offset-2";
  const link = (href: Route) => (text: ReactNode) => (
    <Link href={href} prefetch={false} scroll={false} className={linkClass}>
      {text}
    </Link>
  );
  if (filter.counted === true && leftOut === 0) {
    return null;
  }
  return (
    <p className="mt-2 text-sm text-muted">
      {filter.counted === true
        ? t.rich("leftOut", {
            count: leftOut,
            show: link(callsHref({ ...filter, counted: false }) as Route),
            include: link(hrefWithCounted(null)),
          })
        : t.rich(filter.counted === null ? "all" : "only", { leave: link(hrefWithCounted(true)) })}
    </p>
  );
}

export function TilesSkeleton() {
  return (
    <div className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border shadow-xs md:grid-cols-3 xl:grid-cols-6">
      {["a", "b", "c", "d", "e", "f"].map((key) => (
        <div key={key} className="space-y-2.5 bg-surface px-4 py-3.5">
          <Skeleton className="w-16" />
          <Skeleton className="h-7 w-20" />
          <Skeleton className="h-3.5 w-28 max-w-full" />
          <Skeleton className="h-3.5 w-20" />
        </div>
      ))}
    </div>
  );
}
