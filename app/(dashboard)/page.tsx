import type { Metadata } from "next";
import { getFormatter, getNow, getTranslations } from "next-intl/server";

import { ClientMessages } from "@/components/client-messages";
import { FollowedLinks } from "@/components/followed-links";
import { Suspense } from "@/components/suspense";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { hasCalls } from "@/db/statistics/presence";
import { readSummary } from "@/db/statistics/summary";
import { formats } from "@/lib/i18n/formats";
import { includesRole, type Role } from "@/lib/people/role";
import type { NumberAccess } from "@/lib/phone/access";
import { withoutNumberSearch } from "@/lib/phone/number-search";
import {
  narrowedHref,
  narrowingOf,
  type OverviewView,
  overviewHref,
  readOverview,
} from "@/lib/statistics/overview-view";
import { requirePage } from "@/server/auth/gates";
import { numberAccess } from "@/server/auth/viewer";
import { getOrganization } from "@/server/organization";

import { Attempts } from "./_overview/attempts";
import { CallsOverTime } from "./_overview/calls-over-time";
import { Criteria } from "./_overview/criteria";
import { NothingToCount } from "./_overview/empty";
import { Hours } from "./_overview/hours";
import { isOfDays, rangeText } from "./_overview/names";
import { Outcomes } from "./_overview/outcomes";
import { People } from "./_overview/people";
import { RangePicker } from "./_overview/range-picker";
import { RefreshButton } from "./_overview/refresh-button";
import { Scenarios } from "./_overview/scenarios";
import {
  AttemptsSkeleton,
  CallsOverTimeSkeleton,
  CriteriaSkeleton,
  HoursSkeleton,
  OutcomesSkeleton,
  OverviewSkeleton,
  PeopleSkeleton,
  ScenariosSkeleton,
  TilesSkeleton,
} from "./_overview/skeletons";
import { Tiles } from "./_overview/tiles";
import { FilterChips } from "./calls/filter-chips";
import { ReadAge } from "./read-age";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("overview");
  return { title: t("title") };
}

export default async function OverviewPage({ searchParams }: PageProps<"/">) {
  const { role } = await requirePage();
  const [{ form, ...params }, { timeZone, weekStart }, access, now, t, tCalls, format] = await Promise.all([
    searchParams,
    getOrganization(),
    numberAccess({ role }),
    getNow(),
    getTranslations("overview"),
    getTranslations("calls"),
    getFormatter(),
  ]);
  const allowed = withoutNumberSearch(params, access);
  const { view, ignored } = readOverview(allowed.params, timeZone, now);
  const ignoredNames = [...ignored.map(({ name }) => name.slice(0, 60)), ...allowed.removed];
  // A new key shows the skeletons immediately. The key does not depend on `map` and `series`, because those panels change in place.
  const key = overviewHref(view, { map: "volume", series: "chart" });
  return (
    <ClientMessages of={["overview.range"]}>
      <PageHeader
        title={t("title")}
        description={<PeriodText view={view} />}
        actions={<RefreshButton>{t("updated", { time: format.dateTime(now, formats.dateTime.time) })}</RefreshButton>}
      >
        <RangePicker view={view} showsForm={form === "range"} />
        <FilterChips filter={narrowingOf(view.filter)} hrefOf={(narrowing) => narrowedHref(view, narrowing)} />
      </PageHeader>
      {ignoredNames.length > 0 && (
        <Notice tone="warning" className="mb-4">
          {tCalls("ignored", { names: ignoredNames.join(", "), count: ignoredNames.length })}
        </Notice>
      )}
      <ReadAge className="mb-4" />
      <PanelBoundary>
        <Suspense key={key} fallback={<OverviewSkeleton />}>
          <FollowedLinks>
            <Panels view={view} weekStart={weekStart} now={now} role={role} access={access} />
          </FollowedLinks>
        </Suspense>
      </PanelBoundary>
    </ClientMessages>
  );
}

/** The period, the period that it is compared with, and the time zone. */
async function PeriodText({ view }: { view: OverviewView }) {
  const [t, tCommon, format] = await Promise.all([
    getTranslations("overview.period"),
    getTranslations("common.time"),
    getFormatter(),
  ]);
  const { period, filter } = view;
  const isDays = isOfDays(filter.from);
  const { previous, isRunning } = period;
  const before =
    previous === null
      ? null
      : rangeText(format, isDays ? { from: previous.from, to: new Date(previous.to.getTime() - 1) } : previous, isDays);
  return (
    <>
      {rangeText(format, period, isDays)}
      {previous !== null && before !== null && (
        <>
          {" · "}
          <span title={t(isRunning ? "hintRunning" : "hint")}>
            {isRunning && isDays
              ? t("comparedUntil", { before, time: format.dateTime(previous.to, formats.dateTime.time) })
              : t("compared", { before })}
          </span>
        </>
      )}
      {" · "}
      {tCommon("zone", { zone: filter.zone })}
    </>
  );
}

/** Each panel has an error boundary. The tiles, outcomes, attempts and scenarios share a query, each of the others has one. */
async function Panels({
  view,
  weekStart,
  now,
  role,
  access,
}: {
  view: OverviewView;
  weekStart: number;
  now: Date;
  role: Role;
  access: NumberAccess;
}) {
  if (!(await hasCalls(view.filter, view.period))) {
    return <NothingToCount view={view} isAdministrator={includesRole(role, "administrator")} />;
  }
  const summary = readSummary(view.filter, view.period, view.period.previous);
  return (
    <div className="grid gap-4 xl:grid-cols-3">
      <div className="xl:col-span-3">
        <PanelBoundary>
          <Suspense fallback={<PeopleSkeleton />}>
            <People view={view} />
          </Suspense>
        </PanelBoundary>
      </div>
      <div className="xl:col-span-3">
        <PanelBoundary>
          <Suspense fallback={<TilesSkeleton />}>
            <Tiles view={view} summary={summary} />
          </Suspense>
        </PanelBoundary>
      </div>
      <div className="min-w-0 xl:col-span-2">
        <PanelBoundary>
          <Suspense fallback={<CallsOverTimeSkeleton />}>
            <CallsOverTime view={view} weekStart={weekStart} now={now} access={access} />
          </Suspense>
        </PanelBoundary>
      </div>
      <div className="min-w-0">
        <PanelBoundary>
          <Suspense fallback={<OutcomesSkeleton />}>
            <Outcomes view={view} summary={summary} access={access} />
          </Suspense>
        </PanelBoundary>
      </div>
      <div className="min-w-0">
        <PanelBoundary>
          <Suspense fallback={<AttemptsSkeleton />}>
            <Attempts view={view} summary={summary} />
          </Suspense>
        </PanelBoundary>
      </div>
      <div className="min-w-0 xl:col-span-2">
        <PanelBoundary>
          <Suspense fallback={<HoursSkeleton />}>
            <Hours view={view} weekStart={weekStart} />
          </Suspense>
        </PanelBoundary>
      </div>
      <div className="min-w-0 xl:col-span-3">
        <PanelBoundary>
          <Suspense fallback={<ScenariosSkeleton />}>
            <Scenarios view={view} summary={summary} access={access} />
          </Suspense>
        </PanelBoundary>
      </div>
      <div className="min-w-0 xl:col-span-3">
        <PanelBoundary>
          <Suspense fallback={<CriteriaSkeleton />}>
            <Criteria view={view} access={access} />
          </Suspense>
        </PanelBoundary>
      </div>
    </div>
  );
}
