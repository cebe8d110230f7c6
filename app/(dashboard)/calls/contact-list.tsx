import { sendOnce } from "@/components/send-once";
import { type ListedContact, listContacts } from "@/db/contacts/list";
import { shownState } from "@/lib/call/contact";
import type { CallFilter } from "@/lib/call/filter";
import type { CallListView } from "@/lib/call/list-view";
import type { Role } from "@/lib/people/role";
import { maskFieldsFor, maskNumberFor, maskTextFor, type NumberAccess } from "@/lib/phone/access";

import { type ContactRow, ContactsTable } from "./contacts-table";
import { ListPages } from "./list-pages";
import { NoRows } from "./no-rows";

export async function ContactList({
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
  const page = await listContacts(filter, view);
  if (page.rows.length === 0) {
    return <NoRows filter={filter} view={view} role={role} />;
  }
  const now = new Date();
  const rows = page.rows.map((contact) => rowOf(contact, access, now));
  return (
    <div className="flex min-h-0 flex-col gap-3">
      <ContactsTable rows={await sendOnce(rows)} filter={filter} view={view} />
      <ListPages page={page} filter={filter} view={view} />
    </div>
  );
}

/** A contact as a person with this access may see it. The browser gets no field that the row does not show. */
function rowOf({ trail, ...contact }: ListedContact, access: NumberAccess, now: Date): ContactRow {
  const last = trail.find(({ callId }) => callId === contact.lastCallId);
  // What the last call does not say is taken from the latest call that says it.
  const calls = [...(last === undefined ? [] : [last]), ...trail.toReversed()];
  const phoneNumber = calls.find((call) => call.phoneNumber !== null)?.phoneNumber ?? null;
  const named = calls.find((call) => call.customerName);
  const customerName = maskTextFor(access, named?.customerName ?? null, named?.phoneNumber ?? null);
  return {
    contactId: contact.contactId,
    lastCallId: contact.lastCallId,
    // A call without a number may name one that another call of the contact has.
    customerName: maskTextFor(access, customerName, phoneNumber),
    phoneNumber: phoneNumber === null ? null : maskNumberFor(access, phoneNumber),
    scenarioId: maskTextFor(access, calls.find((call) => call.scenarioId !== null)?.scenarioId ?? null, phoneNumber),
    isPending: calls.some(({ enrichmentState }) => enrichmentState === "pending"),
    isTest: calls.every(({ isTest }) => isTest),
    state: shownState(contact, now),
    isInferred: contact.isInferred,
    nextRetryAt: contact.nextRetryAt,
    attempts: contact.attempts,
    lastAt: contact.lastAt,
    callCount: contact.callCount,
    marks: trail.map(({ callId, attempt, outcome, status, dialResult, occurredAt }) =>
      maskFieldsFor(
        access,
        { callId, attempt, outcome, status, dialResult, occurredAt },
        ["outcome", "status"],
        phoneNumber,
      ),
    ),
  };
}
