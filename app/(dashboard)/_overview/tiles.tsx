import { useFormatter, useTranslations } from "next-intl";
import { use, type ReactNode } from "react";

import { SendContentOnce } from "@/components/send-content-once";
import { Duration } from "@/components/ui/duration";
import type { CallFilter } from "@/lib/call/filter";
import { callsHref } from "@/lib/call/link";
import { averageTalk, type Figures, goalRate, NO_FIGURES, reachRate, relativeChange } from "@/lib/statistics/figures";
import { type OverviewView, overviewHref } from "@/lib/statistics/overview-view";
import { type Part, partHref, PARTS } from "@/lib/statistics/part";
import type { Summary } from "@/lib/statistics/summary";

import { Change, NumberLink, numberLink } from "./numbers";
import { Before, RateTile, Tile } from "./tile";
import { TileStrip } from "./tile-strip";

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
      <SendContentOnce>
        <TileStrip of="dials">
          <DialsTile now={now} before={before} href={href} hrefBefore={hrefBefore} />
          <RateTile
            name="reached"
            now={reachRate(now)}
            before={before && reachRate(before)}
            links={[href(PARTS.reached), href(PARTS.dials), hrefBefore(PARTS.reached)]}
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
        </TileStrip>
        <CountedNote view={view} leftOut={leftOut} />
      </SendContentOnce>
    </section>
  );
}

function smallText(text: ReactNode) {
  return <span className="ms-0.5 text-sm font-normal">{text}</span>;
}

type Links = {
  href: (part?: Part, sort?: "-duration") => string | undefined;
  hrefBefore: (part?: Part, sort?: "-duration") => string | undefined;
};

function DialsTile({ now, before, href, hrefBefore }: { now: Figures; before: Figures | null } & Links) {
  const format = useFormatter();
  const t = useTranslations("overview.tile");
  const neverDialled = now.calls - now.dials;
  return (
    <Tile
      label={t("dials.label")}
      hint={t("dials.hint")}
      value={
        <NumberLink href={now.dials > 0 ? href(PARTS.dials) : undefined}>
          {t.rich("dials.value", {
            count: now.dials,
            unit: smallText,
          })}
        </NumberLink>
      }
      detail={
        neverDialled > 0 &&
        t.rich("dials.never", { count: neverDialled, link: numberLink(href({ dial: ["not_dialled"] })) })
      }
      change={
        before !== null &&
        (before.dials === 0 ? (
          <span className="text-xs text-subtle">{t("noneBefore")}</span>
        ) : (
          <>
            <Change by={relativeChange(now.dials, before.dials)} unit="relative" />
            <Before href={hrefBefore(PARTS.dials)}>{format.number(before.dials)}</Before>
          </>
        ))
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

/** The number of calls that the page does not count, with links to list them and to include them. */
function CountedNote({ view, leftOut }: { view: OverviewView; leftOut: number }) {
  const t = useTranslations("overview.counted");
  const { filter } = view;
  const hrefWithCounted = (counted: CallFilter["counted"]) => overviewHref(view, { filter: { ...filter, counted } });
  const linkClass = "rounded-xs text-accent-text underline underline-offset-2";
  const link = (href: string) => (text: ReactNode) => (
    <a href={href} data-scroll="keep" className={linkClass}>
      {text}
    </a>
  );
  if (filter.counted === true && leftOut === 0) {
    return null;
  }
  return (
    <p className="mt-2 text-sm text-muted">
      {filter.counted === true
        ? t.rich("leftOut", {
            count: leftOut,
            show: link(callsHref({ ...filter, counted: false })),
            include: link(hrefWithCounted(null)),
          })
        : t.rich(filter.counted === null ? "all" : "only", { leave: link(hrefWithCounted(true)) })}
    </p>
  );
}
