"use client";

import { ArrowDownLeft, ArrowUpRight, Volume2 } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useMemo } from "react";

import { cn } from "@/components/cn";
import { type DataColumn, DataTable } from "@/components/data-table";
import { Badge } from "@/components/ui/badge";
import { Duration } from "@/components/ui/duration";
import { FreeText } from "@/components/ui/free-text";
import { Id, Ltr, PhoneNumber } from "@/components/ui/ltr";
import { NotApplicable } from "@/components/ui/not-applicable";
import { Time } from "@/components/ui/time";
import type { ListedCall as StoredCall } from "@/db/calls/list";
import { isReached, type StateChoice } from "@/lib/call/contact";
import type { CallFilter } from "@/lib/call/filter";
import { callHref, callsHref } from "@/lib/call/link";
import type { CallListView, CallSort } from "@/lib/call/list-view";
import { wordMessage } from "@/lib/i18n/word-message";

import { ContactBadge } from "../_call/contact-badge";
import { GoalBadge } from "../_call/goal-badge";
import { OutcomeBadge } from "../_call/outcome-badge";
import { useLayout } from "./layout-provider";
import { NextTry } from "./next-try";
import type { ColumnId } from "./table-layout";
import { useRowKeys } from "./use-row-keys";

/** A listed call, with the state of its contact as of now. */
export type ListedCall = Omit<StoredCall, "contact"> & {
  contact: (NonNullable<StoredCall["contact"]> & { shownState: StateChoice }) | null;
};

/** One page of calls, as a table or, on a narrow screen, as a list of cards. */
export function CallsTable({
  rows,
  filter,
  view,
}: {
  rows: readonly ListedCall[];
  filter: CallFilter;
  view: CallListView;
}) {
  const t = useTranslations("calls");
  const { layout } = useLayout();
  const columns = useColumns(filter, view);
  useRowKeys();

  // The call's page needs the list's parameters for its links to the previous and next call and back to the list.
  const hrefOf = (row: ListedCall) => callHref(row.callId, filter, view);
  const accessibleName = (row: ListedCall) => t("openCall", { who: row.customerName || row.phoneNumber || row.callId });
  return (
    <>
      {/* As high as its rows, but at most as the remaining height of the window. */}
      <div className="flex min-h-0 flex-col overflow-clip rounded-lg border bg-surface shadow-xs max-md:hidden">
        <DataTable
          label={t("title")}
          columns={columns}
          rows={rows}
          layout={layout}
          rowId={(row) => row.callId}
          rowHref={hrefOf}
          rowName={accessibleName}
          className="min-h-0 overflow-y-auto"
        />
      </div>
      <ul className="space-y-2 md:hidden" aria-label={t("title")}>
        {rows.map((row) => (
          <li key={row.callId} className="relative rounded-lg border bg-surface px-3.5 py-3 shadow-xs">
            <div className="flex items-start justify-between gap-3">
              <Link
                href={hrefOf(row)}
                prefetch={false}
                data-row-link
                className="min-w-0 font-medium outline-none after:absolute after:inset-0 after:rounded-lg focus-visible:after:outline-2 focus-visible:after:outline-ring"
              >
                {row.customerName ? <CustomerName row={row} /> : <Phone row={row} />}
              </Link>
              {row.durationSeconds !== null && (
                <Duration seconds={row.durationSeconds} className="shrink-0 text-muted" />
              )}
            </div>
            <div className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1">
              <OutcomeBadge type={row.outcome} />
              {(row.goal !== null || isReached(row)) && <GoalBadge status={row.goal} />}
              {row.isTest && <Badge tone="warning">{t("test")}</Badge>}
            </div>
            <div className="mt-1.5 flex flex-wrap items-center justify-between gap-x-3 text-xs text-muted">
              <Time value={row.occurredAt} format="compact" />
              {row.customerName && <Phone row={row} />}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function useColumns(filter: CallFilter, view: CallListView): DataColumn<ListedCall>[] {
  const t = useTranslations("calls");
  const tOutcomes = useTranslations("outcomes");
  const tState = useTranslations("common.state");
  return useMemo(() => {
    const sortBy = (column: "time" | "duration") => {
      const isThis = view.sort.endsWith(column);
      const isDescending = view.sort.startsWith("-");
      const next: CallSort = isThis && isDescending ? column : `-${column}`;
      return {
        href: callsHref(filter, { perPage: view.perPage, sort: next }) as Route,
        direction: isThis ? (isDescending ? ("descending" as const) : ("ascending" as const)) : null,
        name: t(`sort.${next}`),
      };
    };
    const unknown = <span className="text-subtle">{tState("unknown")}</span>;
    const notApplicable = <NotApplicable />;
    const cells: Record<ColumnId, Omit<DataColumn<ListedCall>, "id" | "label">> = {
      time: { cell: (row) => <Time value={row.occurredAt} format="compact" />, sort: sortBy("time") },
      outcome: {
        cell: (row) => (
          <span className="flex items-center gap-1.5">
            <OutcomeBadge type={row.outcome} />
            {row.isTest && <Badge tone="warning">{t("test")}</Badge>}
            {row.enrichmentState === "not_found" && !row.isTest && <Badge tone="warning">{t("unverified")}</Badge>}
          </span>
        ),
      },
      goal: {
        cell: (row) => (row.goal === null && !isReached(row) ? notApplicable : <GoalBadge status={row.goal} />),
      },
      phone: { cell: (row) => <Phone row={row} />, className: "whitespace-nowrap" },
      name: {
        cell: (row) => (row.customerName ? <CustomerName row={row} className="max-w-56" /> : unknown),
      },
      scenario: {
        cell: (row) =>
          row.scenarioId === null ? (
            unknown
          ) : (
            <span className="block max-w-48 truncate">
              <Id>{row.scenarioId}</Id>
            </span>
          ),
      },
      direction: {
        cell: (row) =>
          row.direction === null ? (
            unknown
          ) : (
            <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
              {row.direction === "inbound" ? (
                <ArrowDownLeft className="size-3.5 text-subtle" aria-hidden />
              ) : (
                <ArrowUpRight className="size-3.5 text-subtle" aria-hidden />
              )}
              {translated(tOutcomes, "direction", row.direction)}
            </span>
          ),
      },
      language: { cell: (row) => (row.language === null ? unknown : translated(tOutcomes, "language", row.language)) },
      duration: {
        numeric: true,
        cell: (row) =>
          row.durationSeconds === null ? (
            isReached(row) ? (
              unknown
            ) : (
              notApplicable
            )
          ) : (
            <Duration seconds={row.durationSeconds} />
          ),
        sort: sortBy("duration"),
      },
      recording: {
        cell: (row) =>
          row.hasRecording ? (
            <span className="inline-flex items-center gap-1.5 align-middle text-muted">
              <Volume2 className="size-4" aria-hidden />
              <span className="sr-only">{tState("yes")}</span>
            </span>
          ) : isReached(row) ? (
            <span className="text-subtle">{tState("none")}</span>
          ) : (
            notApplicable
          ),
      },
      attempt: {
        cell: (row) =>
          row.attempt === null ? (
            // Without retry fields, a call stands alone and has no number.
            row.contact?.isInferred ? (
              notApplicable
            ) : (
              unknown
            )
          ) : (
            <Ltr>
              {row.contact !== null && row.contact.attempts > 1 && row.attempt <= row.contact.attempts
                ? t("attemptOf", { attempt: row.attempt, of: row.contact.attempts })
                : row.attempt}
            </Ltr>
          ),
        className: "whitespace-nowrap",
      },
      state: {
        cell: (row) =>
          row.contact === null ? (
            unknown
          ) : (
            <ContactBadge state={row.contact.shownState} isInferred={row.contact.isInferred} />
          ),
      },
      next: {
        cell: (row) =>
          row.contact?.nextRetryAt ? (
            <NextTry at={row.contact.nextRetryAt} isOverdue={row.contact.shownState === "overdue"} />
          ) : (
            notApplicable
          ),
        className: "whitespace-nowrap",
      },
      status: { cell: (row) => (row.status === null ? unknown : translated(tOutcomes, "status", row.status)) },
    };
    return (Object.keys(cells) as ColumnId[]).map((id) => Object.assign({ id, label: t(`column.${id}`) }, cells[id]));
  }, [filter, view, t, tOutcomes, tState]);
}

/** A number that the API has not returned yet is shown differently from an unknown one. */
function Phone({ row }: { row: ListedCall }) {
  const t = useTranslations("calls");
  const tState = useTranslations("common.state");
  return row.phoneNumber === null ? (
    <span className="text-subtle">{row.enrichmentState === "pending" ? t("phonePending") : tState("unknown")}</span>
  ) : (
    <PhoneNumber>{row.phoneNumber}</PhoneNumber>
  );
}

/** The line follows the direction of the page, whatever the direction of the name. */
function CustomerName({ row, className }: { row: ListedCall; className?: string }) {
  return (
    <span className={cn("block truncate", className)}>
      <bdi>
        <FreeText>{row.customerName ?? ""}</FreeText>
      </bdi>
    </span>
  );
}

/** Translates one of the vendor's values. An unknown value is shown verbatim. */
function translated(
  t: ReturnType<typeof useTranslations<"outcomes">>,
  kind: "direction" | "language" | "status",
  value: string,
) {
  return wordMessage(t, kind, value) ?? <bdi translate="no">{value}</bdi>;
}
