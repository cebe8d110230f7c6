import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { cookies } from "next/headers";
import { Suspense } from "react";

import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { countCalls } from "@/db/calls/list";
import { callsHref, parseCallFilter } from "@/lib/call/filter";
import { includesRole } from "@/lib/people/role";
import { withoutNumberQuestions } from "@/lib/phone/number-questions";
import { requirePage } from "@/server/auth/gates";
import { apiAccess } from "@/server/jobs/enrich";
import { getOrganization } from "@/server/organization";

import { CallCount, CallCountSkeleton } from "./call-count";
import { CallList, CallListSkeleton } from "./call-list";
import { FilterChips } from "./filter-chips";
import { Filters, FiltersSkeleton } from "./filters";
import { LayoutProvider } from "./layout-provider";
import { ListTools } from "./list-tools";
import { LAYOUT_COOKIE, readLayout } from "./table-layout";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("calls");
  return { title: t("title") };
}

export default async function CallsPage({ searchParams }: PageProps<"/calls">) {
  const { role } = await requirePage();
  const [params, { timeZone, maskNumbers }, cookieStore, t] = await Promise.all([
    searchParams,
    getOrganization(),
    cookies(),
    getTranslations("calls"),
  ]);
  const canSeeNumbers = includesRole(role, "operator");
  const asked =
    canSeeNumbers && !maskNumbers
      ? { params, left: [] }
      : withoutNumberQuestions(params, canSeeNumbers ? "revealed" : "nothing");
  const { filter, view, ignored } = parseCallFilter(asked.params, timeZone);
  const left = [...ignored.map(({ name }) => name.slice(0, 60)), ...asked.left];
  // Where the database is away the list says so.
  const counting = countCalls(filter).catch(() => null);
  const layout = readLayout(cookieStore.get(LAYOUT_COOKIE)?.value);
  return (
    <LayoutProvider initial={layout}>
      <PageHeader
        title={t("title")}
        description={
          <Suspense fallback={<CallCountSkeleton />}>
            <CallCount counting={counting} zone={timeZone} />
          </Suspense>
        }
        actions={
          <ListTools filter={filter} view={view} counting={counting} canExport={includesRole(role, "operator")} />
        }
      />
      <div className="flex min-h-0 flex-1 flex-col gap-3">
        {left.length > 0 && (
          <Notice tone="warning">{t("ignored", { count: left.length, names: left.join(", ") })}</Notice>
        )}
        {apiAccess() === null && <Notice>{t("enrichmentOff")}</Notice>}
        <PanelBoundary>
          <Suspense fallback={<FiltersSkeleton />}>
            <Filters filter={filter} view={view} zone={timeZone} canSeeNumbers={canSeeNumbers} />
          </Suspense>
        </PanelBoundary>
        <FilterChips filter={filter} hrefOf={(other) => callsHref(other, { sort: view.sort, perPage: view.perPage })} />
        <div className="flex min-h-0 flex-col transition-opacity delay-100 group-has-data-pending/list:opacity-55">
          <PanelBoundary>
            <Suspense fallback={<CallListSkeleton />}>
              <CallList filter={filter} view={view} canSeeNumbers={canSeeNumbers && !maskNumbers} role={role} />
            </Suspense>
          </PanelBoundary>
        </div>
      </div>
    </LayoutProvider>
  );
}
