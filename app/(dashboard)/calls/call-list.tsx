import { sendOnce } from "@/components/send-once";
import { listCalls } from "@/db/calls/list";
import { shownState } from "@/lib/call/contact";
import type { CallFilter } from "@/lib/call/filter";
import type { CallListView } from "@/lib/call/list-view";
import type { Role } from "@/lib/people/role";
import { maskFieldsFor, maskNumberFor, maskTextFor, type NumberAccess, VENDOR_WORDS } from "@/lib/phone/access";

import { CallsTable } from "./calls-table";
import { ListPages } from "./list-pages";
import { NoRows } from "./no-rows";

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
    return <NoRows filter={filter} view={view} role={role} />;
  }
  const now = new Date();
  const rows = page.rows.map(({ phoneNumber, customerName, contact, ...row }) => ({
    ...maskFieldsFor(access, row, VENDOR_WORDS, phoneNumber),
    phoneNumber: phoneNumber === null ? null : maskNumberFor(access, phoneNumber),
    customerName: maskTextFor(access, customerName, phoneNumber),
    contact: contact === null ? null : { ...contact, shownState: shownState(contact, now) },
  }));
  return (
    <div className="flex min-h-0 flex-col gap-3">
      <CallsTable rows={await sendOnce(rows)} filter={filter} view={view} />
      <ListPages page={page} filter={filter} view={view} />
    </div>
  );
}
