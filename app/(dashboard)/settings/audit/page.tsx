import { Download, ScrollText } from "lucide-react";
import type { Metadata, Route } from "next";
import { getFormatter, getTranslations } from "next-intl/server";
import Link from "next/link";
import { Suspense } from "react";

import { requirePage } from "@/app/auth";
import { getOrganization } from "@/app/organization";
import { buttonClass } from "@/components/ui/button-class";
import { EmptyState } from "@/components/ui/empty-state";
import { Id } from "@/components/ui/ltr";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { listActors, listAudit } from "@/db/audit";
import type { AuditEvent } from "@/db/schema";
import { auditDetailSchema, isAuditAction } from "@/lib/audit";
import { auditParams, parseAuditFilter, type AuditFilter } from "@/lib/audit-filter";
import type { SearchParams } from "@/lib/call-filter";
import { callHref } from "@/lib/call-link";

import { AuditFilterForm } from "./filter-form";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("audit");
  return { title: t("title") };
}

export default async function AuditPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await requirePage("administrator");
  const [params, { timeZone }, actors, t] = await Promise.all([
    searchParams,
    getOrganization(),
    listActors(),
    getTranslations("audit"),
  ]);
  const { filter, cursor, ignored } = parseAuditFilter(params, timeZone);
  const query = auditParams(filter).toString();
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <a
            href={`/settings/audit/export.csv${query === "" ? "" : `?${query}`}`}
            download
            className={buttonClass({ size: "sm" })}
          >
            <Download aria-hidden />
            {t("export")}
          </a>
        }
      />
      <div className="space-y-3">
        {ignored.length > 0 && (
          <Notice tone="warning">{t("ignored", { names: ignored.map(({ name }) => name).join(", ") })}</Notice>
        )}
        <AuditFilterForm
          key={query}
          actors={actors}
          action={filter.action[0] ?? ""}
          actor={filter.actor ?? ""}
          callId={filter.callId ?? ""}
          from={filter.from?.text ?? ""}
          to={filter.to?.text ?? ""}
          isFiltered={query !== ""}
        />
        <PanelBoundary>
          <Suspense key={`${query}${cursor}`} fallback={<Skeleton className="h-80 w-full" />}>
            <Events filter={filter} cursor={cursor} zone={timeZone} />
          </Suspense>
        </PanelBoundary>
      </div>
    </>
  );
}

async function Events({ filter, cursor, zone }: { filter: AuditFilter; cursor: string | null; zone: string }) {
  const [page, t] = await Promise.all([listAudit(filter, cursor, 50), getTranslations("audit")]);
  if (page.rows.length === 0) {
    return (
      <div className="rounded-lg border bg-surface shadow-xs">
        <EmptyState icon={ScrollText} title={t("empty")}>
          {t("emptyBody")}
        </EmptyState>
      </div>
    );
  }
  const pageHref = (place: string | null) => {
    const params = auditParams(filter);
    params.set("cursor", place ?? "");
    return place === null ? null : (`/settings/audit?${params}` as Route);
  };
  return (
    <>
      <div className="overflow-hidden rounded-lg border bg-surface shadow-xs">
        <TableScroll label={t("title")}>
          <Table>
            <thead>
              <tr>
                <Th>{t("time")}</Th>
                <Th>{t("who")}</Th>
                <Th>{t("what")}</Th>
                <Th>{t("about")}</Th>
                <Th numeric>{t("rows")}</Th>
                <Th>{t("from")}</Th>
              </tr>
            </thead>
            <tbody>
              {page.rows.map((event) => (
                <EventRow key={event.id} event={event} />
              ))}
            </tbody>
          </Table>
        </TableScroll>
      </div>
      <Pagination className="mt-3" previous={pageHref(page.previousCursor)} next={pageHref(page.nextCursor)}>
        {t("zone", { zone })}
      </Pagination>
    </>
  );
}

async function EventRow({ event }: { event: AuditEvent }) {
  const [t, format] = await Promise.all([getTranslations("audit"), getFormatter()]);
  const detail = auditDetailSchema.safeParse(event.detail);
  const details = detail.success ? Object.entries(detail.data).filter(([, value]) => value !== null) : [];
  return (
    <Tr>
      <Td>
        <Time value={event.at} format="full" />
      </Td>
      <Td className="min-w-28">
        {event.actorName === null ? (
          <span className="text-muted">{t(event.action === "sign_in_failed" ? "nobody" : "product")}</span>
        ) : (
          <span title={event.actorEmail ?? ""}>
            <bdi>{event.actorName}</bdi>
          </span>
        )}
      </Td>
      <Td className="font-medium whitespace-nowrap">
        {isAuditAction(event.action) ? t(`action.${event.action}`) : event.action}
      </Td>
      <Td className="min-w-60">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          {event.callId !== null && (
            <Link href={callHref(event.callId)} className="underline-offset-2 hover:underline">
              <Id>{event.callId}</Id>
            </Link>
          )}
          {event.subject !== null && <bdi>{event.subject}</bdi>}
          {details.map(([name, value]) => (
            <span key={name} className="text-xs text-muted">
              <bdi dir="ltr">
                {name}: {String(value)}
              </bdi>
            </span>
          ))}
        </span>
      </Td>
      <Td numeric>{event.rowCount === null ? "" : format.number(event.rowCount)}</Td>
      <Td>
        {event.sourceIp === null ? <span className="text-subtle">{t("unknown")}</span> : <Id>{event.sourceIp}</Id>}
      </Td>
    </Tr>
  );
}
