import { Import } from "lucide-react";
import type { Metadata, Route } from "next";
import { getTranslations } from "next-intl/server";

import { ClientMessages } from "@/components/client-messages";
import { Suspense } from "@/components/suspense";
import { LinkButton } from "@/components/ui/link-button";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { deliveriesHref, parseDeliveryFilter } from "@/lib/delivery/filter";
import { includesRole } from "@/lib/people/role";
import { secretLabels } from "@/lib/sarj/secret-labels";
import { requirePage } from "@/server/auth/gates";
import { numberAccess } from "@/server/auth/viewer";
import { getOrganization } from "@/server/organization";

import { ContractWatch, ContractWatchSkeleton } from "./contract-watch";
import { Filters } from "./filters";
import { Health, HealthSkeleton } from "./health";
import { DeliveryLog, DeliveryLogSkeleton } from "./log";
import { RereadButton } from "./reread-button";
import { RereadProgress } from "./reread-progress";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("deliveries");
  return { title: t("title") };
}

export default async function DeliveriesPage({ searchParams }: PageProps<"/deliveries">) {
  const user = await requirePage("operator");
  const [{ form, ...params }, { timeZone }, access, t] = await Promise.all([
    searchParams,
    getOrganization(),
    numberAccess(user),
    getTranslations("deliveries"),
  ]);
  const { filter, view, ignored } = parseDeliveryFilter(params, timeZone);
  const isAdministrator = includesRole(user.role, "administrator");
  return (
    <ClientMessages of={["deliveries"]}>
      <PageHeader
        title={t("title")}
        description={t("description")}
        namesZone
        actions={
          isAdministrator && (
            <>
              <RereadButton />
              <LinkButton href={"/settings/import" as Route} size="sm">
                <Import aria-hidden />
                {t("import")}
              </LinkButton>
            </>
          )
        }
      />
      <div className="space-y-5">
        <PanelBoundary>
          <Suspense fallback={null}>
            <RereadProgress />
          </Suspense>
        </PanelBoundary>
        <PanelBoundary>
          <Suspense fallback={<HealthSkeleton />}>
            <Health zone={timeZone} isAdministrator={isAdministrator} />
          </Suspense>
        </PanelBoundary>
        <PanelBoundary>
          <Suspense fallback={<ContractWatchSkeleton />}>
            <ContractWatch access={access} />
          </Suspense>
        </PanelBoundary>
        <div className="space-y-3">
          {ignored.length > 0 && (
            <Notice tone="warning">
              {t("filter.ignored", { names: ignored.map(({ name }) => name).join(", "), count: ignored.length })}
            </Notice>
          )}
          <Filters filter={filter} secrets={secretLabels()} showsForm={form === "filters"} />
          <PanelBoundary>
            {/* A new key shows the skeleton again and clears the selection of the previous page. */}
            <Suspense key={deliveriesHref(filter, view)} fallback={<DeliveryLogSkeleton />}>
              <DeliveryLog filter={filter} view={view} isAdministrator={isAdministrator} access={access} />
            </Suspense>
          </PanelBoundary>
        </div>
      </div>
    </ClientMessages>
  );
}
