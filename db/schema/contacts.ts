import { sql } from "drizzle-orm";
import { boolean, check, index, integer, pgTable, text } from "drizzle-orm/pg-core";

import { CONTACT_STATES } from "@/lib/call/contact";

import { instant, isOneOf } from "./columns";

/**
 * Contacts: one row per retry group, that is, per person and scenario. The id of a group is the id of its first dial, which the other dials have as
 * `root_call_id`. Roots are not followed further: two calls that name each other as root are two groups.
 *
 * The function `computed_contact` (migration 0008, because drizzle cannot declare functions) computes a row from the calls of its group. The
 * triggers of `calls` run `refresh_contacts` (migration 0012) inside each statement that changes calls, once for all of them, so the row never depends
 * on the order in which calls arrive. Test calls, and calls that the vendor does not know, count only in a group that has no other.
 */
export const contacts = pgTable(
  "contacts",
  {
    contactId: text("contact_id").primaryKey(),
    state: text("state", { enum: CONTACT_STATES }).notNull(),
    /** The number of calls that were dialled. */
    attempts: integer("attempts").notNull(),
    /** The call that decides the state, and whose name, number and scenario a list shows. */
    lastCallId: text("last_call_id").notNull(),
    /** The earliest dial that reached the customer. Null unless `reached`. */
    reachedCallId: text("reached_call_id"),
    /** When the next dial is booked. Null unless `trying`. */
    nextRetryAt: instant("next_retry_at"),
    /** The earliest and the latest `occurred_at` of all calls of the group. */
    firstAt: instant("first_at").notNull(),
    lastAt: instant("last_at").notNull(),
    /** Whether no call of the group has any field of a retry group, so that the state follows from the ending of a single call. */
    isInferred: boolean("is_inferred").notNull(),
  },
  (table) => [
    // The list pages by the first two columns. With the other two, it skips contacts outside the filter's period, or of other states, without reading the table.
    index("contacts_last_idx").on(table.lastAt, table.contactId, table.firstAt, table.state),
    // The contacts with calls before and after a moment. In the other indexes, all contacts that end after it would have to be read.
    index("contacts_span_idx")
      .using("gist", sql`tstzrange(first_at, last_at, '[]')`)
      .where(sql`first_at < last_at`)
      .concurrently(),
    index("contacts_state_idx").on(table.state, table.lastAt, table.contactId),
    check("contacts_state_check", isOneOf(table.state, CONTACT_STATES)),
  ],
);

export type Contact = typeof contacts.$inferSelect;
