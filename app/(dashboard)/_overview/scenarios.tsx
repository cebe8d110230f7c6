import { useFormatter, useTranslations } from "next-intl";
import { use } from "react";

import { SendContentOnce } from "@/components/send-content-once";
import { Card } from "@/components/ui/card";
import { Duration } from "@/components/ui/duration";
import { Id } from "@/components/ui/ltr";
import { Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";
import { maskFieldsFor, type NumberAccess } from "@/lib/phone/access";
import { averageTalk, goalRate, type Ratio, reachRate } from "@/lib/statistics/figures";
import { type OverviewView, overviewHref } from "@/lib/statistics/overview-view";
import { type Part, partHref, partOf, PARTS } from "@/lib/statistics/part";
import type { ScenarioFigures, Summary } from "@/lib/statistics/summary";

import { Bar, NumberLink, numberLink, Share } from "./numbers";

const SHOWN = 15;

/** The figures of each scenario. The name links to the overview of the scenario, and the numbers link to the calls they count. */
export function Scenarios({
  view,
  summary: promise,
  access,
}: {
  view: OverviewView;
  summary: Promise<Summary>;
  access: NumberAccess;
}) {
  const t = useTranslations("overview.scenarios");
  const { scenarios } = use(promise);
  const shown = scenarios.slice(0, SHOWN).map((each) => maskFieldsFor(access, each, ["scenario"]));
  const total = scenarios.reduce((sum, { figures }) => sum + figures.dials, 0);
  const hidden = scenarios.length - shown.length;
  return (
    <Card
      title={t("title")}
      description={t("description")}
      flush
      {...(hidden > 0 ? { footer: t("more", { count: hidden }) } : {})}
    >
      <TableScroll label={t("title")}>
        <SendContentOnce>
          <Table className="blocks">
            {/* On a phone, each scenario is a block, and each number in it has a heading. */}
            <thead className="max-sm:sr-only">
              <tr>
                <Th>{t("scenario")}</Th>
                <Th numeric>{t("dials")}</Th>
                <Th numeric>{t("reached")}</Th>
                <Th numeric>{t("goal")}</Th>
                <Th numeric>{t("average")}</Th>
              </tr>
            </thead>
            <tbody>
              {shown.map((each) => (
                <ScenarioRow key={String(each.scenario)} {...each} view={view} total={total} />
              ))}
            </tbody>
          </Table>
        </SendContentOnce>
      </TableScroll>
    </Card>
  );
}

function ScenarioRow({ scenario, figures, view, total }: ScenarioFigures & { view: OverviewView; total: number }) {
  const t = useTranslations("overview.scenarios");
  const format = useFormatter();
  const narrowed = partOf(view.filter, { scenario });
  const href = (part: Part = {}) => partHref(view.filter, { ...part, scenario });
  const average = averageTalk(figures);
  return (
    <Tr>
      <th scope="row" className="row-name">
        {scenario !== null && narrowed !== null ? (
          <a href={overviewHref(view, { filter: narrowed })} title={t("narrow")} className="figure">
            <Id>{scenario}</Id>
          </a>
        ) : (
          <span className="text-muted">{scenario === null ? t("unknown") : <Id>{scenario}</Id>}</span>
        )}
      </th>
      <Td numeric className="font-medium">
        <Heading>{t("dials")}</Heading>
        <NumberLink href={figures.dials > 0 ? href(PARTS.dials) : undefined}>{format.number(figures.dials)}</NumberLink>
        <Bar share={figures.dials / Math.max(1, total)} tone="subtle" />
      </Td>
      <RateCell
        heading={t("reached")}
        rate={reachRate(figures)}
        none={t("noDials")}
        partHref={href(PARTS.reached)}
        wholeHref={href(PARTS.dials)}
      />
      <RateCell
        heading={t("goal")}
        rate={goalRate(figures)}
        none={t("noneAssessed")}
        partHref={href(PARTS.met)}
        wholeHref={href(PARTS.assessed)}
      />
      <Td numeric>
        <Heading>{t("average")}</Heading>
        {average === null ? (
          <span className="text-subtle">{t("noTalk")}</span>
        ) : (
          <>
            <Duration seconds={average} className="font-medium" />{" "}
            <Whole words="inCalls" count={figures.timed} href={href(PARTS.timed)} />
          </>
        )}
      </Td>
    </Tr>
  );
}

function Heading({ children }: { children: string }) {
  return <span className="cell-label">{children}</span>;
}

function RateCell({
  heading,
  rate,
  none,
  partHref,
  wholeHref,
}: {
  heading: string;
  rate: Ratio;
  none: string;
  partHref: string | undefined;
  wholeHref: string | undefined;
}) {
  return (
    <Td numeric>
      <Heading>{heading}</Heading>
      <NumberLink href={rate.part > 0 ? partHref : undefined} className="font-medium">
        <Share rate={rate} none={none} />
      </NumberLink>
      {rate.whole > 0 && (
        <>
          {" "}
          <Whole words="of" count={rate.whole} href={wholeHref} />
          <Bar share={rate.part / rate.whole} tone="accent" />
        </>
      )}
    </Td>
  );
}

/** "of 1,284": the whole of a share, or the number of calls in an average. */
function Whole({ words, count, href }: { words: "of" | "inCalls"; count: number; href: string | undefined }) {
  const t = useTranslations("overview.scenarios");
  return <span className="of">{t.rich(words, { count, link: numberLink(href) })}</span>;
}
