import { useFormatter, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import type { CSSProperties } from "react";

import { SendContentOnce } from "@/components/send-content-once";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { FreeText } from "@/components/ui/free-text";
import { Id } from "@/components/ui/ltr";
import { type CriterionFigures, readCriteria } from "@/db/statistics/criteria";
import { maskTextFor, type NumberAccess } from "@/lib/phone/access";
import type { OverviewView } from "@/lib/statistics/overview-view";
import { partHref } from "@/lib/statistics/part";

import { NumberLink, numberLink, Share } from "./numbers";

/** The number of criteria per scenario that are shown before the user expands the list. */
const SHOWN = 3;
/** The number of scenarios that are shown. */
const SCENARIOS_SHOWN = 8;

/** How often each success criterion of the reports was met, grouped by scenario, with primary criteria first. */
export async function Criteria({ view, access }: { view: OverviewView; access: NumberAccess }) {
  const [criteria, t] = await Promise.all([
    readCriteria(view.filter, view.period),
    getTranslations("overview.criteria"),
  ]);
  const scenarios = [...Map.groupBy(criteria, ({ scenario }) => scenario)]
    .map(([scenario, rows]) => ({
      scenario,
      rows: rows.toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary) || b.judged - a.judged),
    }))
    .slice(0, SCENARIOS_SHOWN);
  return (
    <Card title={t("title")} description={t("description")}>
      {scenarios.length === 0 ? (
        <p className="text-sm text-muted">{t("none")}</p>
      ) : (
        <SendContentOnce className="gap-x-10 xl:columns-2">
          {scenarios.map(({ scenario, rows }, place) => (
            // Not the scenario's id, for the same reason as below.
            <section key={keyOf(place)} className="break-inside-avoid pt-1 pb-4 last:pb-1">
              <h3 className="mb-1 text-xs text-muted">
                {scenario === null ? t("unknown") : <Id>{maskTextFor(access, scenario, null)}</Id>}
              </h3>
              <ul className="criteria">
                {rows.slice(0, SHOWN).map((row, index) => (
                  // Not the criterion's text, which may be masked: React sends keys to the browser.
                  <CriterionRow key={keyOf(index)} {...row} view={view} access={access} />
                ))}
              </ul>
              {rows.length > SHOWN && (
                <details className="border-t pt-1.5">
                  <summary className="w-fit rounded-xs text-sm text-muted hover:text-foreground">
                    {t("more", { count: rows.length - SHOWN })}
                  </summary>
                  <ul className="criteria">
                    {rows.slice(SHOWN).map((row, index) => (
                      <CriterionRow key={keyOf(index)} {...row} view={view} access={access} />
                    ))}
                  </ul>
                </details>
              )}
            </section>
          ))}
        </SendContentOnce>
      )}
    </Card>
  );
}

const keyOf = (index: number) => `criterion ${index}`;

function CriterionRow({
  scenario,
  criterion,
  isPrimary,
  judged,
  met,
  view,
  access,
}: CriterionFigures & { view: OverviewView; access: NumberAccess }) {
  const format = useFormatter();
  const t = useTranslations("overview.criteria");
  const shown = maskTextFor(access, criterion, null);
  // The URL contains the criterion, so there is no link if the text is masked.
  const hrefOf = (met?: boolean) =>
    shown === criterion && maskTextFor(access, scenario, null) === scenario
      ? partHref(view.filter, { scenario, criterion, ...(met === undefined ? {} : { criterionMet: met }) })
      : undefined;
  const missed = judged - met;
  return (
    <li>
      <p>
        <bdi dir="auto" {...(isPrimary ? { className: "font-medium" } : {})}>
          <FreeText>{shown}</FreeText>
        </bdi>
        {isPrimary && <Badge>{t("primary")}</Badge>}
      </p>
      <span
        className="bar wide"
        style={{ "--share": `${Math.round((met / judged) * 10_000) / 100}%` } as CSSProperties}
      />
      <span>
        <NumberLink href={met > 0 ? hrefOf(true) : undefined} className="font-medium">
          <Share rate={{ part: met, whole: judged }} none="" />
        </NumberLink>{" "}
        <span className="of">{t.rich("of", { count: judged, link: numberLink(hrefOf()) })}</span>
      </span>
      <span>
        {missed > 0 && <NumberLink href={hrefOf(false)}>{t("missed", { number: format.number(missed) })}</NumberLink>}
      </span>
    </li>
  );
}
