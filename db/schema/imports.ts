import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, primaryKey, smallint, text, uuid } from "drizzle-orm/pg-core";

import { IMPORT_ITEM_STATES, IMPORT_SOURCES } from "@/lib/imports/import";

import { instant, isOneOf } from "./columns";
import { user } from "./people";

/** Lists of calls to fetch from the API: calls made before Callboard was installed, or calls whose delivery was lost. */
export const imports = pgTable(
  "imports",
  {
    id: uuid("id").primaryKey(),
    source: text("source", { enum: IMPORT_SOURCES }).notNull(),
    fileName: text("file_name"),
    userId: text("user_id").references(() => user.id, { onDelete: "set null" }),
    createdAt: instant("created_at").notNull().defaultNow(),
    cancelledAt: instant("cancelled_at"),
  },
  (table) => [
    index("imports_created_idx").on(table.createdAt, table.id),
    index("imports_user_idx").on(table.userId),
    check("imports_source_check", isOneOf(table.source, IMPORT_SOURCES)),
  ],
);

/** One call of an import. */
export const importItems = pgTable(
  "import_items",
  {
    importId: uuid("import_id")
      .notNull()
      .references(() => imports.id, { onDelete: "cascade" }),
    callId: text("call_id").notNull(),
    /** The position in the list, from 1. */
    position: integer("position").notNull(),
    state: text("state", { enum: IMPORT_ITEM_STATES }).notNull().default("pending"),
    /** Why the last attempt failed: a code of `lib/sarj/api.ts`, or `not_storable` if Postgres refused the answer. */
    error: text("error"),
    attempts: smallint("attempts").notNull().default(0),
    /** When to fetch the call from the API next. A process that fetches it moves this time ahead, as a lease. Null: finished. */
    dueAt: instant("due_at").default(sql`now()`),
    doneAt: instant("done_at"),
  },
  (table) => [
    primaryKey({ columns: [table.importId, table.callId] }),
    index("import_items_position_idx").on(table.importId, table.position),
    index("import_items_state_idx").on(table.importId, table.state, table.position),
    index("import_items_due_idx")
      .on(table.dueAt, table.position)
      .where(sql`due_at is not null`),
    check("import_items_state_check", isOneOf(table.state, IMPORT_ITEM_STATES)),
  ],
);

export type Import = typeof imports.$inferSelect;
export type ImportItem = typeof importItems.$inferSelect;
