import { eq, type SQL, sql } from "drizzle-orm";

import type { Database } from "@/db/driver/client";
import { callDetails, calls } from "@/db/schema/calls";
import { contacts } from "@/db/schema/contacts";
import type { CallListView } from "@/lib/call/list-view";

/** The calls, or the contacts, whose variables are meant. */
type Scope = { by: CallListView["by"]; conditions: SQL | undefined };

/** Reading the variables of a million calls takes longer than the usual statement timeout. */
const TIMEOUT_MS = 300_000;
/** Calls have few sets of names, about one for each scenario. Beyond this, reading all calls is as fast. */
const MAX_SETS = 5_000;

/**
 * The names of the variables that occur in these calls, sorted.
 *
 * @param scope null for all calls: then the index `call_details_variable_names_idx` answers, without reading the calls
 */
export async function listVariables(database: Database, scope: Scope | null): Promise<string[]> {
  const names = scope === null ? await listAllVariables(database) : null;
  return (names ?? (await listVariablesOf(database, scope ?? { by: "calls", conditions: undefined }))).toSorted();
}

/** Null if there are more than `MAX_SETS` sets of names. */
async function listAllVariables(database: Database): Promise<string[] | null> {
  const isObject = sql`jsonb_typeof(${callDetails.variables}) = 'object'`;
  // Each step jumps to the next set, and there to its newest call: the oldest ones may be deleted and still be in the index.
  const [found] = await database.execute<{ sets: number; names: string[] | null }>(sql`
    with recursive sets as (
      (select ${nameSet} as name_set, call_id from call_details where ${isObject} order by ${nameSet} desc limit 1)
      union all
      select next_set.* from sets cross join lateral (
        select ${nameSet} as name_set, call_id from call_details where ${isObject} and ${nameSet} < sets.name_set
        order by ${nameSet} desc limit 1
      ) next_set
    ), chosen as materialized (select call_id from sets limit ${MAX_SETS + 1})
    select
      (select count(*) from chosen)::integer as sets,
      (select json_agg(distinct name) from chosen join call_details using (call_id), jsonb_object_keys(variables) name) as names
  `);
  return found === undefined || found.sets > MAX_SETS ? null : (found.names ?? []);
}

/** The expression of the index: the same for all calls with the same names. */
const nameSet = sql.raw("hashtextextended(jsonb_path_query_array(variables, '$.keyvalue().key')::text, 0)");

async function listVariablesOf(database: Database, { by, conditions }: Scope): Promise<string[]> {
  const rows = await database.transaction(
    async (transaction) => {
      await transaction.execute(sql.raw(`set local statement_timeout = ${TIMEOUT_MS}`));
      const named = transaction.selectDistinct({ name: sql<string>`name` });
      const ofCalls =
        by === "calls"
          ? named.from(calls)
          : named.from(contacts).innerJoin(calls, eq(calls.callId, contacts.lastCallId));
      return ofCalls
        .innerJoin(callDetails, eq(callDetails.callId, calls.callId))
        .innerJoin(
          sql`lateral jsonb_object_keys(
            case when jsonb_typeof(${callDetails.variables}) = 'object' then ${callDetails.variables} else '{}' end
          ) name`,
          sql`true`,
        )
        .where(conditions);
    },
    { accessMode: "read only" },
  );
  return rows.map(({ name }) => name);
}
