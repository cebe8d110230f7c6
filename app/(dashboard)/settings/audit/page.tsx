import { Download, ScrollText } from "lucide-react";
import type { Metadata, Route } from "next";
import { useFormatter, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { z } from "zod";

import { ClientMessages } from "@/components/client-messages";
import { cn } from "@/components/cn";
import { FollowedLinks } from "@/components/followed-links";
import { SendContentOnce } from "@/components/send-content-once";
import { Suspense } from "@/components/suspense";
import { buttonClass } from "@/components/ui/button-class";
import { EmptyState } from "@/components/ui/empty-state";
import { Id, Ltr } from "@/components/ui/ltr";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { Skeleton } from "@/components/ui/skeleton";
import { stacked, StackedLabel, Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { listActors, listAudit } from "@/db/privacy/audit";
import type { AuditEvent } from "@/db/schema/privacy";
import { callHref } from "@/lib/call/link";
import { isQuarantineReason } from "@/lib/delivery/quarantine-reason";
import { wordMessage } from "@/lib/i18n/word-message";
import { auditDetailSchema, isAuditAction } from "@/lib/privacy/audit";
import { auditFilterParams, parseAuditFilter, type AuditFilter } from "@/lib/privacy/audit-filter";
import type { SearchParams } from "@/lib/url/parameters";
import { requirePage } from "@/server/auth/gates";
import { getOrganization } from "@/server/organization";

import { AuditKeeping, AuditSafety } from "./audit-keeping";
import { AuditFilterForm } from "./filter-form";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("privacy.audit");
  return { title: t("title") };
}

export default async function AuditPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  await requirePage("administrator");
  const [params, { timeZone }, actors, t] = await Promise.all([
    searchParams,
    getOrganization(),
    listActors(),
    getTranslations("privacy.audit"),
  ]);
  const { filter, cursor, ignored } = parseAuditFilter(params, timeZone);
  const query = auditFilterParams(filter).toString();
  return (
    <ClientMessages of={["privacy.audit"]}>
      <PageHeader
        title={t("title")}
        description={t("description")}
        namesZone
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
            <Events filter={filter} cursor={cursor} />
          </Suspense>
        </PanelBoundary>
      </div>
      <div className="mt-5 space-y-5">
        <PanelBoundary>
          <Suspense fallback={<Skeleton className="h-40 w-full" />}>
            <AuditKeeping />
          </Suspense>
        </PanelBoundary>
        <PanelBoundary>
          <Suspense fallback={<Skeleton className="h-40 w-full" />}>
            <AuditSafety />
          </Suspense>
        </PanelBoundary>
      </div>
    </ClientMessages>
  );
}

async function Events({ filter, cursor }: { filter: AuditFilter; cursor: string | null }) {
  const [page, t] = await Promise.all([listAudit(filter, cursor, 50), getTranslations("privacy.audit")]);
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
    const params = auditFilterParams(filter);
    params.set("cursor", place ?? "");
    return place === null ? null : (`/settings/audit?${params}` as Route);
  };
  return (
    <>
      <div className="overflow-hidden rounded-lg border bg-surface shadow-xs">
        <TableScroll label={t("title")}>
          <FollowedLinks>
            <SendContentOnce>
              <Table className={stacked.table}>
                <thead className={stacked.head}>
                  <tr>
                    <Th>{t("time")}</Th>
                    <Th>{t("who")}</Th>
                    <Th>{t("what")}</Th>
                    <Th>{t("about")}</Th>
                    <Th numeric>{t("rows")}</Th>
                    <Th>{t("address")}</Th>
                  </tr>
                </thead>
                <tbody>
                  {page.rows.map((event) => (
                    <EventRow key={event.id} event={event} />
                  ))}
                </tbody>
              </Table>
            </SendContentOnce>
          </FollowedLinks>
        </TableScroll>
      </div>
      <Pagination className="mt-3" previous={pageHref(page.previousCursor)} next={pageHref(page.nextCursor)} />
    </>
  );
}

function EventRow({ event }: { event: AuditEvent }) {
  const t = useTranslations("privacy.audit");
  const format = useFormatter();
  const detail = auditDetailSchema.safeParse(event.detail);
  const details = detail.success ? Object.entries(detail.data).filter(([, value]) => value !== null) : [];
  return (
    <Tr className="grid-cols-[minmax(0,1fr)_auto]">
      <Td className="max-md:col-span-2 max-md:row-start-2 max-md:text-xs max-md:text-muted">
        <Time value={event.at} format="full" />
      </Td>
      <Td className="max-md:col-span-2 max-md:row-start-3 md:min-w-28">
        {event.actorName === null ? (
          <span className="text-muted">{t(event.action === "sign_in_failed" ? "nobody" : "product")}</span>
        ) : (
          <span title={event.actorEmail ?? ""}>
            <bdi>{event.actorName}</bdi>
          </span>
        )}
      </Td>
      <Td className="font-medium max-md:col-span-2 max-md:row-start-1 md:whitespace-nowrap">
        {isAuditAction(event.action) ? t(`action.${event.action}`) : event.action}
      </Td>
      <Td className="max-md:col-span-2 max-md:row-start-4 max-md:empty:hidden md:min-w-60">
        {(event.callId !== null || event.subject !== null || details.length > 0) && (
          <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            {event.callId !== null && (
              <a href={callHref(event.callId)} className="figure">
                <Id>{event.callId}</Id>
              </a>
            )}
            {event.subject !== null && <Subject action={event.action} subject={event.subject} />}
            {details.map(([name, value]) => (
              <span key={name} className="text-xs text-muted">
                <Detail name={name} value={value} />
              </span>
            ))}
          </span>
        )}
      </Td>
      <Td numeric className="max-md:row-start-5 max-md:empty:hidden">
        {event.rowCount !== null && (
          <>
            <StackedLabel>{t("rows")}</StackedLabel>
            {format.number(event.rowCount)}
          </>
        )}
      </Td>
      <Td className={cn("whitespace-nowrap max-md:row-start-5", event.sourceIp === null && "max-md:hidden")}>
        <StackedLabel>{t("address")}</StackedLabel>
        {event.sourceIp === null ? <span className="text-subtle">{t("unknown")}</span> : <Id>{event.sourceIp}</Id>}
      </Td>
    </Tr>
  );
}

/** The subject of an event, as a link if it has a page. */
function Subject({ action, subject }: { action: string; subject: string }) {
  const t = useTranslations("privacy.audit.subject");
  const page = action.startsWith("delivery_")
    ? "/deliveries"
    : action.startsWith("import_")
      ? "/settings/import"
      : null;
  if (page !== null && z.uuid().safeParse(subject).success) {
    return (
      <a href={`${page}/${subject}`} className="figure">
        <Id>{subject}</Id>
      </a>
    );
  }
  return subject === "organization" || subject === "mask_numbers" ? t(subject) : <bdi>{subject}</bdi>;
}

/** Describes one detail of an event. A detail without a message is shown as stored, because events outlive the code that wrote them. */
function Detail({ name, value }: { name: string; value: string | number | boolean | null }) {
  const t = useTranslations("privacy.audit");
  const tState = useTranslations("common.state");
  const tReason = useTranslations("deliveries.reason");
  const format = useFormatter();
  const label = wordMessage(t, "detail", name);
  if (label === null) {
    return (
      <bdi dir="ltr">
        {name}: {String(value)}
      </bdi>
    );
  }
  const describeValue = () => {
    if (typeof value === "boolean") {
      return name === "on" || name === "to" ? tState(value ? "on" : "off") : tState(value ? "yes" : "no");
    }
    if (typeof value === "number") {
      // 1 January 2024 was a Monday.
      return name === "week_start" ? (
        format.dateTime(Date.UTC(2024, 0, value), { weekday: "long", timeZone: "UTC" })
      ) : (
        <Ltr>{format.number(value)}</Ltr>
      );
    }
    const text = String(value);
    if (name === "before") {
      return <Time value={text} format="full" />;
    }
    return name === "reason" && isQuarantineReason(text)
      ? tReason(text)
      : (wordMessage(t, "value", text.replaceAll(/[ -]/g, "_")) ?? <bdi>{text}</bdi>);
  };
  // The label alone is enough for a detail whose value is always true.
  return value === true && name !== "on" && name !== "to" ? (
    label
  ) : (
    <>
      {label}: {describeValue()}
    </>
  );
}
