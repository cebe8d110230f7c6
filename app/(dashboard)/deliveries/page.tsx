import { Import } from "lucide-react";
import type { Metadata, Route } from "next";
import { getTranslations } from "next-intl/server";

import { Suspense } from "@/components/suspense";
import { LinkButton } from "@/components/ui/link-button";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { deliveriesHref, parseDeliveryFilter } from "@/lib/delivery/filter";
import { includesRole } from "@/lib/people/role";
import { secretLabels } from "@/lib/sarj/secret-labels";
import { requirePage } from "@/server/auth/gates";
import { getOrganization } from "@/server/organization";

import { Filters } from "./filters";
import { Health, HealthSkeleton } from "./health";
import { DeliveryLog, DeliveryLogSkeleton } from "./log";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("deliveries");
  return { title: t("title") };
}

export default async function DeliveriesPage({ searchParams }: PageProps<"/deliveries">) {
  const { role } = await requirePage("operator");
  const [params, { timeZone }, t] = await Promise.all([searchParams, getOrganization(), getTranslations("deliveries")]);
  const { filter, view, ignored } = parseDeliveryFilter(params, timeZone);
  const isAdministrator = includesRole(role, "administrator");
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        namesZone
        actions={
          isAdministrator && (
            <LinkButton href={"/settings/import" as Route} size="sm">
              <Import aria-hidden />
              {t("import")}
            </LinkButton>
          )
        }
      />
      <div className="space-y-5">
        <PanelBoundary>
          <Suspense fallback={<HealthSkeleton />}>
            <Health zone={timeZone} isAdministrator={isAdministrator} />
          </Suspense>
        </PanelBoundary>
        <div className="space-y-3">
          {ignored.length > 0 && (
            <Notice tone="warning">
              {t("filter.ignored", { names: ignored.map(({ name }) => name).join(", "), count: ignored.length })}
            </Notice>
          )}
          <Filters filter={filter} secrets={secretLabels()} />
          <PanelBoundary>
            {/* A new key shows the skeleton again and clears the selection of the previous page. */}
            <Suspense key={deliveriesHref(filter, view)} fallback={<DeliveryLogSkeleton />}>
              <DeliveryLog filter={filter} view={view} isAdministrator={isAdministrator} />
            </Suspense>
          </PanelBoundary>
        </div>
      </div>
    </>
  );
}
