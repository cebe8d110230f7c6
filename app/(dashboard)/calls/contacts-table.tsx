"use client";

import type { Route } from "next";
import { useTranslations } from "next-intl";
import { useMemo } from "react";

import { type DataColumn, DataTable, type TableLayout } from "@/components/data-table";
import type { Sent } from "@/components/sent";
import { Badge } from "@/components/ui/badge";
import { FreeText } from "@/components/ui/free-text";
import { Id, PhoneNumber } from "@/components/ui/ltr";
import { NotApplicable } from "@/components/ui/not-applicable";
import { StackedLabel } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { StateChoice } from "@/lib/call/contact";
import { type CallFilter, NO_FILTER } from "@/lib/call/filter";
import { callHref, callsHref } from "@/lib/call/link";
import type { CallListView } from "@/lib/call/list-view";

import { ContactBadge } from "../_call/contact-badge";
import { useLayout } from "./layout-provider";
import { NextTry } from "./next-try";
import { type Mark, Trail } from "./trail";
import { useRowKeys } from "./use-row-keys";

export type ContactRow = {
  contactId: string;
  lastCallId: string;
  customerName: string | null;
  phoneNumber: string | null;
  scenarioId: string | null;
  /** Whether the API has not returned all of its calls yet. */
  isPending: boolean;
  isTest: boolean;
  state: StateChoice;
  isInferred: boolean;
  nextRetryAt: Date | null;
  attempts: number;
  lastAt: Date;
  /** The first calls of the contact and its last one, and the number of all. */
  marks: Mark[];
  callCount: number;
};

const COLUMN_IDS = ["customer", "phone", "trail", "state", "next", "attempts", "scenario", "last"] as const;

/** One page of contacts, as a table whose rows become a list on a narrow screen. A row links to the call that decides the contact's state. */
export function ContactsTable({
  rows,
  filter,
  view,
}: {
  rows: Sent<readonly ContactRow[]>;
  filter: CallFilter;
  view: CallListView;
}) {
  const t = useTranslations("contacts");
  const columns = useColumns(filter, view);
  const { density } = useLayout().layout;
  const layout = useMemo((): TableLayout => ({ order: COLUMN_IDS, hidden: [], density }), [density]);
  useRowKeys();
  return (
    <div className="flex min-h-0 flex-col overflow-clip rounded-lg border bg-surface shadow-xs">
      <DataTable
        label={t("title")}
        columns={columns}
        rows={rows}
        layout={layout}
        rowId={(row) => row.contactId}
        rowHref={(row) => callHref(row.lastCallId, filter, view)}
        // The first cell names the customer, or else the number.
        rowName={(row) => (row.customerName === null && row.phoneNumber === null ? `, ${row.contactId}` : "")}
        className="min-h-0 overflow-y-auto"
        narrow="stacked"
        tableClassName="max-md:[&_.row]:grid-cols-[minmax(0,1fr)_auto]"
      />
    </div>
  );
}

function useColumns(filter: CallFilter, view: CallListView): DataColumn<ContactRow>[] {
  const t = useTranslations("contacts");
  const tCalls = useTranslations("calls");
  const tState = useTranslations("common.state");
  return useMemo(() => {
    const unknown = <span className="text-subtle">{tState("unknown")}</span>;
    const oldestFirst = view.sort === "time";
    const nextSort = oldestFirst ? "-time" : "time";
    const cells: Record<(typeof COLUMN_IDS)[number], Omit<DataColumn<ContactRow>, "id" | "label">> = {
      customer: {
        cell: (row) => (
          <span className="inline-flex max-w-full items-center gap-1.5 md:max-w-56">
            <span className="min-w-0 truncate font-medium">
              {row.customerName === null ? (
                <Phone row={row} />
              ) : (
                <bdi>
                  <FreeText>{row.customerName}</FreeText>
                </bdi>
              )}
            </span>
            {row.isTest && <Badge tone="warning">{tCalls("test")}</Badge>}
          </span>
        ),
        className: "max-md:order-1",
      },
      phone: {
        cell: (row) => <Phone row={row} />,
        className: "whitespace-nowrap max-md:hidden",
      },
      trail: {
        cell: (row) => (
          <Trail
            marks={row.marks}
            callCount={row.callCount}
            hrefOf={(callId) => callHref(callId, filter, view)}
            allHref={callsHref({ ...NO_FILTER, contact: row.contactId }, { sort: "time" }) as Route}
          />
        ),
        className: "max-md:order-3 max-md:col-span-2",
      },
      state: {
        cell: (row) => <ContactBadge state={row.state} isInferred={row.isInferred} />,
        className: "max-md:order-2 max-md:justify-self-end",
      },
      next: {
        cell: (row) =>
          row.nextRetryAt === null ? (
            <span className="max-md:hidden">
              <NotApplicable />
            </span>
          ) : (
            <>
              <StackedLabel>{t("column.next")}</StackedLabel>
              <NextTry at={row.nextRetryAt} isOverdue={row.state === "overdue"} />
            </>
          ),
        className: "whitespace-nowrap max-md:order-5 max-md:text-end",
      },
      attempts: {
        numeric: true,
        cell: (row) => row.attempts.toLocaleString("en"),
        className: "max-md:hidden",
      },
      scenario: {
        cell: (row) =>
          row.scenarioId === null ? (
            unknown
          ) : (
            <span className="block max-w-40 truncate">
              <Id>{row.scenarioId}</Id>
            </span>
          ),
        className: "max-md:hidden",
      },
      last: {
        cell: (row) => (
          <>
            <StackedLabel>{t("column.last")}</StackedLabel>
            <Time value={row.lastAt} format="compact" />
          </>
        ),
        sort: {
          href: callsHref(filter, { by: view.by, perPage: view.perPage, sort: nextSort }) as Route,
          direction: oldestFirst ? "ascending" : "descending",
          name: tCalls(`sort.${nextSort}`),
        },
        className: "max-md:order-4",
      },
    };
    return COLUMN_IDS.map((id) => Object.assign({ id, label: t(`column.${id}`) }, cells[id]));
  }, [filter, view, t, tCalls, tState]);
}

/** A number that the API has not returned yet is shown differently from an unknown one. */
function Phone({ row }: { row: ContactRow }) {
  const t = useTranslations("calls");
  const tState = useTranslations("common.state");
  return row.phoneNumber === null ? (
    <span className="text-subtle">{row.isPending ? t("phonePending") : tState("unknown")}</span>
  ) : (
    <PhoneNumber>{row.phoneNumber}</PhoneNumber>
  );
}
