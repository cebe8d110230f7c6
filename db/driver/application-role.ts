import postgres from "postgres";

import { endpoint } from "./endpoint";

/** An arbitrary number that identifies the advisory lock. */
const GRANT_LOCK = 7_225_302;

/**
 * Lets a role that owns nothing work with the application's tables, for the web server: it reads and writes rows, may only add to the audit log,
 * and may prune it only by its rule. Call it after the migrations, with the URLs of the owner and of the role, because a migration may have
 * added tables. Does nothing if both URLs are of one role. Throws the errors of the driver.
 *
 * @param ca as for `endpoint`
 */
export async function grantToApplication(ownerUrl: string, applicationUrl: string, ca?: string): Promise<void> {
  const role = await roleOf(applicationUrl, ca);
  const sql = connect(ownerUrl, ca);
  try {
    await sql.begin(async (transaction) => {
      const [owner] = await transaction<{ name: string }[]>`select current_user as name`;
      if (owner === undefined || owner.name === role) {
        return;
      }
      const name = transaction(role);
      // Two processes that change the same privileges at once would fail (`tuple concurrently updated`).
      await transaction`select pg_advisory_xact_lock(${GRANT_LOCK})`;
      await transaction`grant usage on schema public, drizzle to ${name}`;
      // Only what is ours and not granted yet. Other programs may have tables in the schema.
      const relations = await transaction<{ name: string; isSequence: boolean }[]>`
        select relname as name, relkind = 'S' as "isSequence" from pg_class
        where relnamespace = 'public'::regnamespace and pg_get_userbyid(relowner) = current_user
          and relname not in ('audit_events', 'audit_outbox')
          and case
            when relkind = 'S' then not has_sequence_privilege(${role}, pg_class.oid, 'usage')
            when relkind in ('r', 'p') then not (
              has_table_privilege(${role}, pg_class.oid, 'select') and has_table_privilege(${role}, pg_class.oid, 'insert')
              and has_table_privilege(${role}, pg_class.oid, 'update') and has_table_privilege(${role}, pg_class.oid, 'delete')
            )
            else false
          end`;
      for (const relation of relations) {
        const object = transaction(relation.name);
        await (relation.isSequence
          ? transaction`grant usage on sequence ${object} to ${name}`
          : transaction`grant select, insert, update, delete on ${object} to ${name}`);
      }
      await transaction`grant select on all tables in schema drizzle to ${name}`;
      await transaction`revoke update, delete, truncate, references, trigger on audit_events from ${name}`;
      await transaction`grant select, insert on audit_events to ${name}`;
      // A trigger fills the outbox with the rights of the owner.
      await transaction`grant select, delete on audit_outbox to ${name}`;
      await transaction`grant execute on function prune_audit(integer, integer) to ${name}`;
    });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The role's name in the server. Behind a pooler, the URL may contain another one. */
async function roleOf(url: string, ca: string | undefined): Promise<string> {
  const sql = connect(url, ca);
  try {
    const [row] = await sql<{ name: string }[]>`select current_user as name`;
    return row?.name ?? "";
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function connect(url: string, ca: string | undefined): postgres.Sql {
  const { href, ssl } = endpoint(url, ca);
  return postgres(href, { max: 1, prepare: false, onnotice: () => {}, connect_timeout: 10, ssl });
}
