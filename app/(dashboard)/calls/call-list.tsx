import { PhoneIncoming, SearchX } from "lucide-react";
import type { Route } from "next";
import { getTranslations } from "next-intl/server";

import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { Pagination } from "@/components/ui/pagination";
import { Skeleton } from "@/components/ui/skeleton";
import { countCalls, listCalls } from "@/db/calls/list";
import { type CallFilter, NO_FILTER } from "@/lib/call/filter";
import { isFiltered } from "@/lib/call/filter-params";
import { callsHref } from "@/lib/call/link";
import { type CallListView, PER_PAGE_CHOICES } from "@/lib/call/list-view";
import { includesRole, type Role } from "@/lib/people/role";
import { maskNumberFor, maskTextFor, type NumberAccess } from "@/lib/phone/access";

import { ConnectVendor } from "../connect-vendor";
import { CallsTable } from "./calls-table";
import { PerPage } from "./per-page";

export async function CallList({
  filter,
  view,
  access,
  role,
}: {
  filter: CallFilter;
  view: CallListView;
  access: NumberAccess;
  role: Role;
}) {
  const page = await listCalls(filter, view);
  if (page.rows.length === 0) {
    return <NoCalls filter={filter} view={view} role={role} />;
  }
  const rows = page.rows.map(({ phoneNumber, customerName, ...row }) => ({
    ...row,
    phoneNumber: phoneNumber === null ? null : maskNumberFor(access, phoneNumber),
    customerName: maskTextFor(access, customerName, phoneNumber),
  }));
  const at = (cursor: string | null) => (cursor === null ? null : (callsHref(filter, { ...view, cursor }) as Route));
  const previous = at(page.previousCursor);
  const next = at(page.nextCursor);
  return (
    <div className="flex min-h-0 flex-col gap-3">
      <CallsTable rows={rows} filter={filter} view={view} />
      <Pagination previous={previous} next={next}>
        <PerPage
          value={view.perPage}
          choices={PER_PAGE_CHOICES.map((perPage) => ({
            perPage,
            href: callsHref(filter, { sort: view.sort, perPage }) as Route,
          }))}
        />
      </Pagination>
    </div>
  );
}

async function NoCalls({ filter, view, role }: { filter: CallFilter; view: CallListView; role: Role }) {
  const t = await getTranslations("calls.empty");
  if (view.cursor !== null && (await countCalls(filter)).count > 0) {
    return (
      <Card>
        <EmptyState
          icon={SearchX}
          title={t("placeTitle")}
          action={
            <LinkButton href={callsHref(filter, { ...view, cursor: null }) as Route}>{t("firstPage")}</LinkButton>
          }
        >
          {t("placeBody")}
        </EmptyState>
      </Card>
    );
  }
  if (isFiltered(filter)) {
    return (
      <Card>
        <EmptyState
          icon={SearchX}
          title={t("matchTitle")}
          action={<LinkButton href={callsHref(NO_FILTER, { ...view, cursor: null }) as Route}>{t("clear")}</LinkButton>}
        >
          {t("matchBody")}
        </EmptyState>
      </Card>
    );
  }
  const isAdministrator = includesRole(role, "administrator");
  return (
    <Card>
      <EmptyState icon={PhoneIncoming} title={t("noneTitle")} action={isAdministrator && <ConnectVendor />}>
        {t(isAdministrator ? "noneBody" : "noneBodyOthers")}
      </EmptyState>
    </Card>
  );
}

export function CallListSkeleton() {
  return (
    <Card flush aria-busy className="min-h-0">
      <div className="h-8 border-b bg-sunken" />
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} className="flex h-10 items-center gap-6 border-b px-4 last:border-b-0">
          <Skeleton className="w-32" />
          <Skeleton className="w-28" />
          <Skeleton className="w-24 max-md:hidden" />
          <Skeleton className="w-36 max-md:hidden" />
          <Skeleton className="w-40 flex-1 max-md:hidden" />
          <Skeleton className="w-10" />
        </div>
      ))}
    </Card>
  );
}
