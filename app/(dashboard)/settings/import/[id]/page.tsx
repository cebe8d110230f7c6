import { ChevronLeft, Download } from "lucide-react";
import type { Metadata, Route } from "next";
import { getFormatter, getTranslations } from "next-intl/server";
import Link from "next/link";
import { cache } from "react";
import { z } from "zod";

import { ClientMessages } from "@/components/client-messages";
import { cn } from "@/components/cn";
import { RefreshWhile } from "@/components/refresh-while";
import { Suspense } from "@/components/suspense";
import { Badge, type BadgeProps } from "@/components/ui/badge";
import { buttonClass } from "@/components/ui/button-class";
import { Card } from "@/components/ui/card";
import { Id, Ltr } from "@/components/ui/ltr";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { Pagination } from "@/components/ui/pagination";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { Progress } from "@/components/ui/progress";
import { SegmentedLinks } from "@/components/ui/segmented";
import { Skeleton } from "@/components/ui/skeleton";
import { stacked, Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { getImport, type ImportSummary, listImportItems } from "@/db/imports/list";
import { callHref } from "@/lib/call/link";
import { formats } from "@/lib/i18n/formats";
import { IMPORT_ITEM_STATES, type ImportItemState } from "@/lib/imports/import";
import { API_ERRORS } from "@/lib/sarj/api";
import { requirePage } from "@/server/auth/gates";
import { answerNotFound } from "@/server/not-found";
import { hasApiKey, readKeyRefusal } from "@/server/vendor-api";

import { importDuration } from "../import-duration";
import { StatusBadge } from "../status-badge";
import { CancelImport, ResumeImport } from "./controls";
import ImportNotFound from "./not-found";

const findImport = cache(async (id: string) => (z.uuid().safeParse(id).success ? getImport(id) : null));

export async function generateMetadata({ params }: PageProps<"/settings/import/[id]">): Promise<Metadata> {
  await requirePage("administrator");
  const [found, t, format] = await Promise.all([
    findImport((await params).id),
    getTranslations("settings.import"),
    getFormatter(),
  ]);
  return {
    title:
      found === null
        ? t("notFoundTitle")
        : t("detailTitle", { time: format.dateTime(found.createdAt, formats.dateTime.dateTime) }),
  };
}

const query = z.object({
  state: z.enum(IMPORT_ITEM_STATES).nullable().catch(null),
  after: z.coerce.number().int().min(0).max(2_000_000_000).catch(0),
});

/** Shows one import: its progress and the result of each call. */
export default async function ImportDetailPage({ params, searchParams }: PageProps<"/settings/import/[id]">) {
  await requirePage("administrator");
  const summary = await findImport((await params).id);
  if (summary === null) {
    return answerNotFound(<ImportNotFound />);
  }
  const [raw, keyRefusal, t, format] = await Promise.all([
    searchParams,
    readKeyRefusal(),
    getTranslations("settings.import"),
    getFormatter(),
  ]);
  const { state, after } = query.parse({ state: raw["state"] ?? null, after: raw["after"] ?? 0 });
  const isOff = !hasApiKey();
  const isPaused = isOff || keyRefusal !== null;
  const { id, counts, total, createdAt, source, fileName, userName } = summary;
  const done = total - counts.pending;
  const retryable = counts.failed + counts.cancelled;
  return (
    <ClientMessages of={["settings.import"]}>
      <Link
        href={"/settings/import" as Route}
        className="mb-2 inline-flex items-center gap-1 rounded-sm text-sm text-muted hover:text-foreground"
      >
        <ChevronLeft className="size-4 rtl-flip" aria-hidden />
        {t("back")}
      </Link>
      <PageHeader
        title={t("detailTitle", { time: format.dateTime(createdAt, formats.dateTime.dateTime) })}
        description={
          <>
            {fileName === null ? t(`source.${source}`) : <bdi>{fileName}</bdi>} ·{" "}
            <bdi>{userName ?? (source === "command" ? t("byCommand") : t("byGone"))}</bdi>
          </>
        }
        namesZone
        actions={
          <>
            {/* Not a `Link`, because it downloads a file. */}
            <a href={`/settings/import/${id}/result.csv`} download className={cn(buttonClass({ size: "sm" }))}>
              <Download aria-hidden />
              {t("download")}
            </a>
            {counts.pending > 0 && <CancelImport id={id} pending={counts.pending} />}
            {counts.pending === 0 && retryable > 0 && !isOff && (
              <ResumeImport id={id} count={retryable} isCancelled={summary.cancelledAt !== null} />
            )}
          </>
        }
      />
      <div className="space-y-4">
        {counts.pending > 0 && isPaused && (
          <Notice
            tone="warning"
            title={t(isOff ? "offTitle" : "stoppedTitle")}
            action={
              <Link href={"/settings/vendor" as Route} className="font-medium underline underline-offset-2">
                {t("toVendor")}
              </Link>
            }
          >
            {t(isOff ? "offBody" : "stoppedBody")}
          </Notice>
        )}
        <Card>
          <div className="space-y-2.5 pt-2">
            <div className="flex flex-wrap items-center justify-between gap-2">
              <span className="flex items-center gap-2.5">
                <StatusBadge summary={summary} isPaused={isPaused} />
                <Ltr className="font-medium">{t("doneOf", { done, total })}</Ltr>
              </span>
              {counts.pending > 0 && !isPaused && (
                <span className="text-muted">{t("left", { duration: importDuration(counts.pending, format) })}</span>
              )}
            </div>
            <Progress value={total === 0 ? 0 : done / total} label={t("progress")} />
          </div>
        </Card>
        <div className="space-y-3">
          <SegmentedLinks
            label={t("result")}
            items={[
              {
                href: `/settings/import/${id}` as Route,
                label: withCount(t("all"), total, format),
                active: state === null,
              },
              ...IMPORT_ITEM_STATES.filter((one) => counts[one] > 0 || state === one).map((one) => ({
                href: `/settings/import/${id}?state=${one}` as Route,
                label: withCount(t(`state.${one}`), counts[one], format),
                active: state === one,
              })),
            ]}
          />
          <PanelBoundary>
            <Suspense key={`${state} ${after}`} fallback={<Skeleton className="h-64 w-full rounded-lg" />}>
              <Items summary={summary} state={state} after={after} />
            </Suspense>
          </PanelBoundary>
        </div>
      </div>
      {counts.pending > 0 && <RefreshWhile everySeconds={2} />}
    </ClientMessages>
  );
}

const PER_PAGE = 100;

const TONES = {
  pending: "outline",
  imported: "success",
  already_there: "neutral",
  not_found: "warning",
  failed: "danger",
  cancelled: "neutral",
} as const satisfies Record<ImportItemState, NonNullable<BadgeProps["tone"]>>;

async function Items({
  summary,
  state,
  after,
}: {
  summary: ImportSummary;
  state: ImportItemState | null;
  after: number;
}) {
  const [found, t, tErrors] = await Promise.all([
    listImportItems(summary.id, { state, after, limit: PER_PAGE + 1 }),
    getTranslations("settings.import"),
    getTranslations("call.apiError"),
  ]);
  const items = found.slice(0, PER_PAGE);
  const last = items.at(-1);
  const href = (place: number | null) => {
    const params = new URLSearchParams({
      ...(state === null ? {} : { state }),
      ...(place === null ? {} : { after: String(place) }),
    });
    return (params.size === 0 ? `/settings/import/${summary.id}` : `/settings/import/${summary.id}?${params}`) as Route;
  };
  if (items.length === 0) {
    return <p className="rounded-lg border bg-surface px-4 py-8 text-center text-muted shadow-xs">{t("emptyState")}</p>;
  }
  return (
    <>
      <div className="overflow-hidden rounded-lg border bg-surface shadow-xs">
        <TableScroll label={t("results")}>
          <Table className={stacked.table}>
            <thead className={stacked.head}>
              <tr>
                <Th numeric className="w-0">
                  {t("line")}
                </Th>
                <Th>{t("callId")}</Th>
                <Th>{t("result")}</Th>
                <Th>{t("doneAt")}</Th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => {
                const isStored = item.state === "imported" || item.state === "already_there";
                return (
                  <Tr key={item.callId} className="grid-cols-[auto_minmax(0,1fr)]">
                    <Td numeric className="text-muted">
                      {item.position}
                    </Td>
                    <Td>
                      {isStored ? (
                        <Link href={callHref(item.callId)} className="underline-offset-2 hover:underline">
                          <Id className="md:break-normal md:whitespace-nowrap">{item.callId}</Id>
                        </Link>
                      ) : (
                        <Id className="md:break-normal md:whitespace-nowrap">{item.callId}</Id>
                      )}
                    </Td>
                    <Td className="max-md:col-start-2">
                      <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
                        <Badge tone={TONES[item.state]} title={t(`stateHint.${item.state}`)}>
                          {t(`state.${item.state}`)}
                        </Badge>
                        {item.error !== null && (
                          <span className="text-muted">
                            {tErrors(API_ERRORS.find((known) => known === item.error) ?? "unknown")}
                          </span>
                        )}
                        {item.error !== null && item.attempts > 0 && (
                          <span className="text-xs text-subtle">{t("attempts", { count: item.attempts })}</span>
                        )}
                      </span>
                    </Td>
                    <Td className="whitespace-nowrap max-md:col-start-2 max-md:text-xs max-md:text-muted max-md:empty:hidden">
                      {item.doneAt === null ? null : <Time value={item.doneAt} format="compact" />}
                    </Td>
                  </Tr>
                );
              })}
            </tbody>
          </Table>
        </TableScroll>
      </div>
      {(after > 0 || found.length > PER_PAGE) && (
        <Pagination
          className="mt-3"
          previous={after > 0 ? href(null) : null}
          next={found.length > PER_PAGE && last !== undefined ? href(last.position) : null}
        />
      )}
    </>
  );
}

function withCount(label: string, count: number, format: Awaited<ReturnType<typeof getFormatter>>) {
  return (
    <>
      {label} <span className="font-normal text-muted tabular">{format.number(count)}</span>
    </>
  );
}
