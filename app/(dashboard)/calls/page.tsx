import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { cookies } from "next/headers";

import { ClientMessages } from "@/components/client-messages";
import { Suspense } from "@/components/suspense";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { countCalls } from "@/db/calls/list";
import { countContacts } from "@/db/contacts/list";
import { parseCallFilter } from "@/lib/call/filter";
import { callsHref } from "@/lib/call/link";
import { includesRole } from "@/lib/people/role";
import { withoutNumberSearch } from "@/lib/phone/number-search";
import { requirePage } from "@/server/auth/gates";
import { numberAccess } from "@/server/auth/viewer";
import { getOrganization } from "@/server/organization";
import { hasApiKey } from "@/server/vendor-api";

import { ReadAge } from "../read-age";
import { CallCount, CallCountSkeleton } from "./call-count";
import { CallList } from "./call-list";
import { ContactList } from "./contact-list";
import { FilterChips } from "./filter-chips";
import { Filters } from "./filters";
import { LayoutProvider } from "./layout-provider";
import { ListSwitch } from "./list-switch";
import { ListTools } from "./list-tools";
import { FiltersSkeleton, ListSkeleton } from "./skeletons";
import { LAYOUT_COOKIE, readLayout } from "./table-layout";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("calls");
  return { title: t("title") };
}

export default async function CallsPage({ searchParams }: PageProps<"/calls">) {
  const { role } = await requirePage();
  const [{ form, ...params }, { timeZone }, access, cookieStore, t] = await Promise.all([
    searchParams,
    getOrganization(),
    numberAccess({ role }),
    cookies(),
    getTranslations("calls"),
  ]);
  const allowed = withoutNumberSearch(params, access);
  const { filter, view, ignored } = parseCallFilter(allowed.params, timeZone);
  const ignoredNames = [...ignored.map(({ name }) => name.slice(0, 60)), ...allowed.removed];
  // If the count fails, the page still renders: the list shows the error.
  const counting = (view.by === "contacts" ? countContacts(filter) : countCalls(filter)).catch(() => null);
  const Rows = view.by === "contacts" ? ContactList : CallList;
  const layout = readLayout(cookieStore.get(LAYOUT_COOKIE)?.value);
  return (
    <ClientMessages
      of={["calls", "contacts", "outcomes"]}
      except={[
        "calls.ignored",
        "calls.enrichmentOff",
        "calls.empty",
        "contacts.empty",
        "contacts.thisCall",
        "contacts.notDialled",
        "contacts.notDialledNotice",
        "contacts.nextTry",
        "contacts.remaining",
        "contacts.overdueSince",
        "contacts.nextUnknown",
        "contacts.noneComing",
        "contacts.noneCalledOff",
        "contacts.others",
      ]}
    >
      <LayoutProvider initial={layout}>
        <PageHeader
          title={t("title")}
          description={
            <Suspense fallback={<CallCountSkeleton />}>
              <CallCount by={view.by} counting={counting} zone={timeZone} />
            </Suspense>
          }
          actions={
            <>
              <ListSwitch filter={filter} view={view} />
              <ListTools
                filter={filter}
                view={view}
                counting={counting}
                canExport={includesRole(role, "operator")}
                revealsNumbers={access === "revealable"}
              />
            </>
          }
        />
        <div className="flex min-h-0 flex-1 flex-col gap-3">
          {ignoredNames.length > 0 && (
            <Notice tone="warning">
              {t("ignored", { count: ignoredNames.length, names: ignoredNames.join(", ") })}
            </Notice>
          )}
          <ReadAge />
          {!hasApiKey() && <Notice>{t("enrichmentOff")}</Notice>}
          <PanelBoundary>
            <Suspense fallback={<FiltersSkeleton />}>
              <Filters filter={filter} view={view} zone={timeZone} access={access} showsPanel={form === "filters"} />
            </Suspense>
          </PanelBoundary>
          <FilterChips filter={filter} hrefOf={(other) => callsHref(other, { ...view, cursor: null })} />
          <div className="flex min-h-0 flex-col transition-opacity delay-100 group-has-data-pending/list:opacity-55">
            <PanelBoundary>
              <Suspense fallback={<ListSkeleton />}>
                <Rows filter={filter} view={view} access={access} role={role} />
              </Suspense>
            </PanelBoundary>
          </div>
        </div>
      </LayoutProvider>
    </ClientMessages>
  );
}
