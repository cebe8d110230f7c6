import type { Route } from "next";

import { Pagination } from "@/components/ui/pagination";
import type { Page } from "@/db/keyset";
import type { CallFilter } from "@/lib/call/filter";
import { callsHref } from "@/lib/call/link";
import { type CallListView, PER_PAGE_CHOICES } from "@/lib/call/list-view";

import { PerPage } from "./per-page";

/** Links to the previous and next page of a list, and to other numbers of rows. */
export function ListPages({
  page,
  filter,
  view,
}: {
  page: Pick<Page<unknown>, "previousCursor" | "nextCursor">;
  filter: CallFilter;
  view: CallListView;
}) {
  const at = (cursor: string | null) => (cursor === null ? null : (callsHref(filter, { ...view, cursor }) as Route));
  return (
    <Pagination previous={at(page.previousCursor)} next={at(page.nextCursor)}>
      <PerPage
        by={view.by}
        value={view.perPage}
        choices={PER_PAGE_CHOICES.map((perPage) => ({
          perPage,
          href: callsHref(filter, { ...view, cursor: null, perPage }) as Route,
        }))}
      />
    </Pagination>
  );
}
