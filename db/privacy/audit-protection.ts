import { sql } from "drizzle-orm";

import { db } from "@/db/driver/client";

/**
 * What keeps the application from changing the audit log. `role`: its database role may only add events, and prune by the rule. `trigger`: it owns
 * the table or has further rights, so only the triggers refuse. Somebody with its password could remove them.
 */
export async function readAuditProtection(): Promise<"role" | "trigger"> {
  const [row] = await db.execute<{ isLimited: boolean }>(sql`
    select not (
      pg_has_role(current_user, relowner, 'MEMBER')
      or has_table_privilege(audit.oid, 'update, delete, truncate, trigger')
      or (select rolsuper or rolreplication from pg_roles where rolname = current_user)
    ) as "isLimited"
    from pg_class audit where audit.oid = 'public.audit_events'::regclass
  `);
  return row?.isLimited === true ? "role" : "trigger";
}
