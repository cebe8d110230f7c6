import { sql, type SQL } from "drizzle-orm";

import { CUSTOMER_NAME_VARIABLES, customerNameOf, type CallFacts } from "@/lib/call/facts";
import { normalizeForSearch, searchTextOf } from "@/lib/text/search";

/**
 * Merges the facts of several sources about one call, in SQL, so that concurrent merges do not lose facts.
 *
 * Every fact has the rank of its source, and for each fact separately the highest rank wins. Null never overwrites a value. The
 * result does not depend on the order of sources with different ranks; among sources with equal ranks, the first received wins.
 * `call_details.facts` holds the narrow facts as `{field: {v: value, k: rank}}` and only the rank for the wide columns. `calls` is
 * a projection of `call_details`, written by the same statement while it holds the lock on the `call_details` row.
 *
 * When a higher-ranked outcome replaces a call's outcome, the delivery of the replaced outcome becomes `superseded`. The trigger
 * `call_details_outcome_changed` does this (function `mark_superseded_delivery`, migration 0007), because this statement takes its
 * snapshot before it waits for the lock, so it cannot see a delivery that another transaction stored in the meantime. The
 * trigger's function takes a new snapshot.
 */

/** The kinds of sources of facts, from the lowest authority to the highest. */
const SOURCE_RANK = { api: 0, not_completed: 1, complete: 2 } as const;
const RANK_STEP = 1_000_000_000_000_000;

/** The kind of the source with this rank. */
export function sourceKind(rank: number): keyof typeof SOURCE_RANK {
  return rank >= SOURCE_RANK.complete * RANK_STEP
    ? "complete"
    : rank >= SOURCE_RANK.not_completed * RANK_STEP
      ? "not_completed"
      : "api";
}

/** The rank of a webhook. A `complete` webhook ranks higher than any other; within each group, a later `ended_at` ranks higher. */
export function webhookRank({ outcome, endedAt }: Pick<CallFacts, "outcome" | "endedAt">): number {
  const kind = outcome === "complete" ? "complete" : "not_completed";
  return SOURCE_RANK[kind] * RANK_STEP + (endedAt?.getTime() ?? 0);
}

/** The rank of an answer of the API. A later answer ranks higher, and every webhook ranks higher than any answer. */
export function apiRank(answeredAt: Date): number {
  return SOURCE_RANK.api * RANK_STEP + answeredAt.getTime();
}

const NARROW = [
  "outcome",
  "status",
  "direction",
  "language",
  "interactionType",
  "phoneNumber",
  "scenarioId",
  "durationSeconds",
  "createdAt",
  "startedAt",
  "endedAt",
] as const satisfies readonly (keyof CallFacts)[];

const WIDE = [
  "transcript",
  "corrections",
  "report",
  "responseBody",
  "variables",
] as const satisfies readonly (keyof CallFacts)[];

/** `v` is the value, `k` is the rank of its source, and `d`, only for an outcome, is the id of its delivery. */
export type Fact = { v?: string | number; k: number; d?: string };

/**
 * The `with` items of a merge: `merged` merges `facts` into `call_details`, and `projected` writes the result to `calls`.
 * `merged.won` is true if the call now has this delivery's outcome.
 *
 * @param receivedAt when the delivery was first received, if it waited in the spool or in quarantine; null means now
 */
export function mergeCtes(input: {
  callId: string;
  facts: CallFacts;
  rank: number;
  /** The id, as text, of the delivery that contains these facts; null for the API. */
  deliveryId: SQL | null;
  receivedAt: Date | null;
  /** Further assignments for an existing row of `calls`: `, column = value …`. */
  alsoSet: SQL;
  /** The merge happens only if this query returns a row, so that a call that was erased in the meantime stays erased. */
  onlyWhile?: SQL;
  /** Further columns and values for a new row of `calls`: `, column` and `, value`. */
  alsoInsert?: { columns: SQL; values: SQL };
}): SQL {
  const { callId, facts } = input;
  const deliveryId = input.deliveryId ?? sql`null::text`;
  const receivedAt = receivedAtOf(input.receivedAt);
  const withRanks = json(rankFacts(facts, input.rank));
  const ranked =
    facts.outcome === null ? withRanks : sql`jsonb_set(${withRanks}, '{outcome,d}', to_jsonb(${deliveryId}))`;
  const searchText = facts.transcript === null ? null : searchTextOf(facts.transcript);

  const ranksHigher = (field: string) =>
    sql`coalesce((excluded.facts -> ${field}::text ->> 'k')::bigint, -1) > coalesce((kept.facts -> ${field}::text ->> 'k')::bigint, -1)`;
  const takeHigherRank = (field: string, column: string) =>
    sql`${sql.identifier(column)} = case when ${ranksHigher(field)} then excluded.${sql.identifier(column)} else kept.${sql.identifier(column)} end`;

  const present = input.onlyWhile === undefined ? sql.empty() : sql`present as (${input.onlyWhile}), `;
  return sql`${present}merged as (
    insert into call_details as kept (
      call_id, facts, transcript, corrections, report, response_body, variables, recording_url, recording_expires_at, search,
      name_search
    ) select
      ${callId}::text, ${ranked}, ${json(facts.transcript)}, ${json(facts.corrections)}, ${json(facts.report)},
      ${json(facts.responseBody)}, ${json(facts.variables)}, ${facts.recordingUrl}::text,
      ${facts.recordingExpiresAt?.toISOString() ?? null}::timestamptz, to_tsvector('simple', ${searchText}::text),
      to_tsvector('simple', ${normalizeForSearch(customerNameOf(facts.variables) ?? "")}::text)
    ${input.onlyWhile === undefined ? sql.empty() : sql`from present`}
    on conflict (call_id) do update set
      facts = (
        select coalesce(
          jsonb_object_agg(
            key,
            case when (new.value ->> 'k')::bigint > coalesce((old.value ->> 'k')::bigint, -1) then new.value else old.value end
          ),
          '{}'
        )
        from jsonb_each(kept.facts) old full join jsonb_each(excluded.facts) new using (key)
      ),
      ${takeHigherRank("transcript", "transcript")},
      ${takeHigherRank("transcript", "search")},
      ${takeHigherRank("corrections", "corrections")},
      ${takeHigherRank("report", "report")},
      ${takeHigherRank("responseBody", "response_body")},
      ${takeHigherRank("variables", "variables")},
      ${takeHigherRank("variables", "name_search")},
      ${takeHigherRank("recordingUrl", "recording_url")},
      ${takeHigherRank("recordingUrl", "recording_expires_at")}
    returning
      kept.call_id, kept.facts, kept.report, kept.variables, kept.recording_url,
      coalesce(kept.facts -> 'outcome' ->> 'd' = ${deliveryId}, false) as won
  ), projected as (
    insert into calls as kept (
      call_id, outcome, status, direction, language, interaction_type, phone_number, scenario_id, customer_name, goal, criteria,
      duration_seconds, has_recording, created_at, started_at, ended_at, first_received_at, last_received_at
      ${input.alsoInsert?.columns ?? sql.empty()}
    )
    select
      call_id, facts -> 'outcome' ->> 'v', facts -> 'status' ->> 'v', facts -> 'direction' ->> 'v',
      facts -> 'language' ->> 'v', facts -> 'interactionType' ->> 'v', facts -> 'phoneNumber' ->> 'v',
      facts -> 'scenarioId' ->> 'v', ${customerName}, ${goal}, ${criteria},
      (facts -> 'durationSeconds' ->> 'v')::integer, recording_url is not null,
      (facts -> 'createdAt' ->> 'v')::timestamptz, (facts -> 'startedAt' ->> 'v')::timestamptz,
      (facts -> 'endedAt' ->> 'v')::timestamptz, ${receivedAt}, ${receivedAt}
      ${input.alsoInsert?.values ?? sql.empty()}
    from merged
    on conflict (call_id) do update set
      outcome = excluded.outcome, status = excluded.status, direction = excluded.direction,
      language = excluded.language, interaction_type = excluded.interaction_type,
      phone_number = excluded.phone_number, scenario_id = excluded.scenario_id,
      customer_name = excluded.customer_name, goal = excluded.goal, criteria = excluded.criteria, duration_seconds = excluded.duration_seconds,
      has_recording = excluded.has_recording, created_at = excluded.created_at, started_at = excluded.started_at,
      ended_at = excluded.ended_at
      ${input.alsoSet}
    -- A row that this statement inserted was never locked or updated by another one.
    returning call_id, kept.xmax = 0 as is_new
  )`;
}

/**
 * `alsoSet` for a delivery: updates the times of receipt. If the delivery decides the call's outcome, the call is also due for
 * enrichment again, because the API's answer may have changed.
 *
 * @param decides whether the delivery decides the outcome, as a condition in the merge's statement
 */
export function setOnDelivery(decides: SQL): SQL {
  return sql`,
      first_received_at = least(kept.first_received_at, excluded.first_received_at),
      last_received_at = greatest(kept.last_received_at, excluded.last_received_at),
      enrichment_state = case when ${decides} then 'pending' else kept.enrichment_state end,
      enrichment_attempts = case when ${decides} then 0 else kept.enrichment_attempts end,
      enrichment_due_at = case when ${decides} then now() else kept.enrichment_due_at end`;
}

/**
 * The time of receipt as SQL; null means now. It is never later than the database's clock, because another machine's clock may be fast.
 */
export function receivedAtOf(at: Date | null): SQL {
  return at === null ? sql`now()` : sql`least(${at.toISOString()}::timestamptz, now())`;
}

/** `customerNameOf` in SQL, for the merged variables. */
const customerName = sql`left(coalesce(${sql.join(
  CUSTOMER_NAME_VARIABLES.map((name) => sql`variables ->> ${sql.raw(`'${name}'`)}`),
  sql`, `,
)}), 200)`;

const goal = sql`case when jsonb_typeof(report -> 'outcome' -> 'status') = 'string'
        then left(report -> 'outcome' ->> 'status', 100) end`;

/**
 * The report's judged criteria by their text, so that filters and the overview need not read whole reports. Null if the report
 * has no list of criteria, or none that was judged.
 */
const criteria = sql`case when jsonb_typeof(report #> '{outcome,success_criteria}') = 'array' then (
        select jsonb_object_agg(
          left(btrim(item ->> 'text'), 500),
          jsonb_build_object('met', item -> 'achieved', 'primary', coalesce(item -> 'is_primary' = 'true', false))
        )
        from (select item from jsonb_array_elements(report #> '{outcome,success_criteria}') as elements(item) limit 50) as items
        where jsonb_typeof(item -> 'text') = 'string' and btrim(item ->> 'text') <> ''
          and jsonb_typeof(item -> 'achieved') = 'boolean'
      ) end`;

/** The facts of one source with their ranks, in the form of `call_details.facts`. Null facts are left out. */
export function rankFacts(facts: CallFacts, rank: number): Record<string, Fact> {
  const ranked: Record<string, Fact> = {};
  for (const field of NARROW) {
    const value = facts[field];
    if (value !== null) {
      ranked[field] = { v: value instanceof Date ? value.toISOString() : value, k: rank };
    }
  }
  for (const field of WIDE) {
    if (facts[field] !== null) {
      ranked[field] = { k: rank };
    }
  }
  if (facts.recordingUrl !== null) {
    // A recording URL is ranked by its expiry, not by its source: the URL that expires last wins.
    ranked["recordingUrl"] = { k: facts.recordingExpiresAt?.getTime() ?? 0 };
  }
  return ranked;
}

/** A JSON parameter, passed as text so that the driver does not encode it a second time. */
function json(value: unknown): SQL {
  return value === null ? sql`null::jsonb` : sql`${JSON.stringify(value)}::text::jsonb`;
}
