"use client";

import type { Route } from "next";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { type DataColumn, DataTable } from "@/components/data-table";
import type { Sent } from "@/components/sent";
import { Badge } from "@/components/ui/badge";
import { Duration } from "@/components/ui/duration";
import { FreeText } from "@/components/ui/free-text";
import { Id, Ltr, PhoneNumber } from "@/components/ui/ltr";
import { NotApplicable } from "@/components/ui/not-applicable";
import { RowIcon } from "@/components/ui/row-icon";
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
  rows: Sent<readonly ListedCall[]>;
  filter: CallFilter;
  view: CallListView;
}) {
  const t = useTranslations("calls");
  const { layout } = useLayout();
  const columns = useColumns(filter, view);
  useRowKeys();
  return (
    // As high as its rows, but at most as the remaining height of the window.
    <div className="flex min-h-0 flex-col md:overflow-clip md:rounded-lg md:border md:bg-surface md:shadow-xs">
      <DataTable
        label={t("title")}
        columns={columns}
        rows={rows}
        layout={layout}
        rowId={(row) => row.callId}
        // The call's page needs the list's parameters for its links to the previous and next call and back to the list.
        rowHref={(row) => callHref(row.callId, filter, view)}
        rowName={(row) => t("openCall", { who: row.customerName || row.phoneNumber || row.callId })}
        rowClassName={(row) => (row.customerName ? undefined : "unnamed")}
        narrow="cards"
        className="min-h-0 overflow-y-auto max-md:overflow-visible"
      />
    </div>
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
        className: "c-outcome",
        isAlwaysNarrow: true,
        cell: (row) => (
          <span>
            <OutcomeBadge type={row.outcome} />
            {row.isTest && <Badge tone="warning">{t("test")}</Badge>}
            {row.enrichmentState === "not_found" && !row.isTest && (
              <Badge tone="warning" className="max-md:hidden">
                {t("unverified")}
              </Badge>
            )}
          </span>
        ),
      },
      goal: {
        className: "c-goal",
        isAlwaysNarrow: true,
        cell: (row) => (row.goal === null && !isReached(row) ? notApplicable : <GoalBadge status={row.goal} />),
      },
      phone: { cell: (row) => <Phone row={row} />, className: "c-phone", isAlwaysNarrow: true },
      name: {
        className: "c-name",
        isAlwaysNarrow: true,
        cell: (row) => (row.customerName ? <CustomerName>{row.customerName}</CustomerName> : unknown),
      },
      scenario: {
        cell: (row) =>
          row.scenarioId === null ? (
            unknown
          ) : (
            <span className="clipped">
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
                <RowIcon name="arrow-down-left" small className="text-subtle" />
              ) : (
                <RowIcon name="arrow-up-right" small className="text-subtle" />
              )}
              {translated(tOutcomes, "direction", row.direction)}
            </span>
          ),
      },
      language: { cell: (row) => (row.language === null ? unknown : translated(tOutcomes, "language", row.language)) },
      duration: {
        numeric: true,
        className: "c-duration",
        isAlwaysNarrow: true,
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
            <span className="recorded">
              <RowIcon name="volume-2" />
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
          ) : row.contact !== null && row.contact.attempts > 1 && row.attempt <= row.contact.attempts ? (
            // In the direction of its language: from left to right, the Arabic word would stand after both numbers.
            t("attemptOf", { attempt: row.attempt, of: row.contact.attempts })
          ) : (
            <Ltr>{row.attempt}</Ltr>
          ),
        className: "line",
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
        className: "line",
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
function CustomerName({ children }: { children: string }) {
  return (
    <span>
      <bdi>
        <FreeText>{children}</FreeText>
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
