import { useFormatter, useTranslations } from "next-intl";
import { use } from "react";

import { SendContentOnce } from "@/components/send-content-once";
import { Card } from "@/components/ui/card";
import { Ltr } from "@/components/ui/ltr";
import { NotApplicable } from "@/components/ui/not-applicable";
import { outcomeColor, outcomeKind, type OutcomeKind } from "@/lib/call/outcome";
import { maskFieldsFor, type NumberAccess } from "@/lib/phone/access";
import { changeInPoints } from "@/lib/statistics/figures";
import type { OverviewView } from "@/lib/statistics/overview-view";
import { partHref } from "@/lib/statistics/part";
import type { OutcomeCount, Summary } from "@/lib/statistics/summary";

import { OutcomeBadge } from "../_call/outcome-badge";
import { outcomeName } from "./names";
import { Change, NumberLink, shareText } from "./numbers";

const SHOWN = 12;

/** The direction of change that is good. An unanswered call is not an error, so a change of its share is neither good nor bad. */
const BETTER: Partial<Record<OutcomeKind, "up" | "down">> = {
  complete: "up",
  failed: "down",
  rejected_by_carrier: "down",
  invalid_number: "down",
  sip_trunk_failure: "down",
};

/** The outcomes of the period's calls, with their shares and how these changed since the previous period. */
export function Outcomes({
  view,
  summary: promise,
  access,
}: {
  view: OverviewView;
  summary: Promise<Summary>;
  access: NumberAccess;
}) {
  const t = useTranslations("overview.outcomes");
  const { current, previous } = use(promise);
  const canCompare = previous !== null && previous.figures.dials > 0;
  const [shown, rest] = [current.outcomes.slice(0, SHOWN), current.outcomes.slice(SHOWN)];
  const row = (each: OutcomeCount) => (
    <OutcomeRow
      key={String(maskFieldsFor(access, each, ["outcome"]).outcome)}
      {...maskFieldsFor(access, each, ["outcome"])}
      view={view}
      total={current.figures.calls}
      whole={current.figures.dials}
      before={
        !canCompare
          ? null
          : {
              part: previous.outcomes.find(({ outcome }) => outcome === each.outcome)?.dials ?? 0,
              whole: previous.figures.dials,
            }
      }
    />
  );
  return (
    <Card
      title={t("title")}
      description={t(canCompare ? "description" : "descriptionAlone", { count: current.figures.dials })}
      className="h-full"
    >
      <SendContentOnce>
        <ul className="space-y-2.5 pt-1">{shown.map(row)}</ul>
        {rest.length > 0 && (
          <details className="mt-3">
            <summary className="w-fit rounded-xs text-sm text-muted hover:text-foreground">
              {t("more", { count: rest.length })}
            </summary>
            <ul className="mt-2.5 space-y-2.5">{rest.map(row)}</ul>
          </details>
        )}
      </SendContentOnce>
    </Card>
  );
}

function OutcomeRow({
  outcome,
  calls,
  dials,
  total,
  whole,
  before,
  view,
}: OutcomeCount & {
  /** The number of all calls. */
  total: number;
  /** The number of all dials. */
  whole: number;
  before: { part: number; whole: number } | null;
  view: OverviewView;
}) {
  const format = useFormatter();
  const [t, tOutcomes] = [useTranslations("overview.outcomes"), useTranslations("outcomes")];
  const kind = outcomeKind(outcome);
  // An outcome without a dial, such as "cancelled", has no share of the dials.
  const share = dials === 0 ? null : shareText(format, { part: dials, whole });
  const name = outcomeName(tOutcomes, outcome);
  return (
    <li className="group relative">
      <div className="flex items-center gap-2">
        <OutcomeBadge type={outcome} plain className="flex-1" />
        <NumberLink
          href={partHref(view.filter, { outcome: [outcome] })}
          label={
            share === null
              ? t("rowLabelNever", { outcome: name, count: calls })
              : t("rowLabel", { outcome: name, count: calls, share, whole })
          }
          className="font-medium after:absolute after:inset-x-0 after:-inset-y-1 after:rounded-sm"
        >
          {format.number(calls)}
        </NumberLink>
        <span className="w-12 text-end text-muted">{share === null ? <NotApplicable /> : <Ltr>{share}</Ltr>}</span>
        {before !== null && (
          <span className="w-20 text-end whitespace-nowrap">
            <Change
              by={share === null ? null : changeInPoints({ part: dials, whole }, before)}
              unit="points"
              better={BETTER[kind] ?? "neither"}
              title={t("before", { share: shareText(format, before) ?? "" })}
            />
          </span>
        )}
      </div>
      <div className="mt-1 h-1.5 overflow-hidden rounded-full bg-sunken" aria-hidden>
        <div
          className="h-full min-w-0.5 rounded-full opacity-90 group-hover:opacity-100"
          style={{ inlineSize: `${(calls / total) * 100}%`, backgroundColor: outcomeColor(kind) }}
        />
      </div>
    </li>
  );
}
