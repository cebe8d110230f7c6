import { sql, type SQL } from "drizzle-orm";

import { CUSTOMER_NAME_VARIABLES, customerNameOf, type CallFacts } from "@/lib/call/facts";
import { normalizeForSearch, searchTextOf } from "@/lib/text/search";

/**
 * The merge of what several sources say of one call, in SQL, so that neither their order nor their concurrency matters.
 *
 * Every fact carries the rank of the source it came from, and for each fact by itself the highest rank wins: null never
 * overwrites a value, and between equals the first that came stays. That makes the merge commutative: any order of the
 * same sources gives the same row. `call_details.facts` holds the narrow facts as `{field: {v: value, k: rank}}` (and
 * for the wide columns the rank alone); `calls` is a projection of it, written by the same statement while the lock on
 * the `call_details` row is held.
 */

/** Where facts come from, in rising order of authority: a completed call's webhook knows best. */
const SOURCE_RANK = { api: 0, not_completed: 1, complete: 2 } as const;
const RANK_STEP = 1_000_000_000_000_000;

/** The kind of source that a rank belongs to. */
export function sourceKind(rank: number): keyof typeof SOURCE_RANK {
  return rank >= SOURCE_RANK.complete * RANK_STEP
    ? "complete"
    : rank >= SOURCE_RANK.not_completed * RANK_STEP
      ? "not_completed"
      : "api";
}

/** A source's rank: its kind first, then the later `ended_at` (for the API: the later answer), in milliseconds. */
export function sourceRank(kind: keyof typeof SOURCE_RANK, at: Date | null): number {
  return SOURCE_RANK[kind] * RANK_STEP + (at?.getTime() ?? 0);
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

/** A fact with the rank of its source; `d` is the delivery that an outcome came from. */
export type Fact = { v?: string | number; k: number; d?: string };

/**
 * A `with` item named `merged` that merges `facts` into the call, and a second, `projected`, that carries it over to
 * `calls`. `merged.won` says whether this delivery's outcome is now the call's.
 *
 * @param receivedAt when it was first received, for a delivery that waited in the spool or in quarantine; null for now
 */
export function mergeCtes(input: {
  callId: string;
  facts: CallFacts;
  rank: number;
  /** The id, as text, of the delivery that these facts came by; null for the API's word. */
  deliveryId: SQL | null;
  receivedAt: Date | null;
  /** What else the merge sets on a call's row that is there already: ` , column = value …`. */
  alsoSet: SQL;
  /** A query that finds a row while there is something to merge: what was erased while facts were on their way stays erased. */
  onlyWhile?: SQL;
  /** What else is set on a call's row that is made: `, column` and `, value`. */
  alsoInsert?: { columns: SQL; values: SQL };
}): SQL {
  const { callId, facts } = input;
  const deliveryId = input.deliveryId ?? sql`null::text`;
  const receivedAt = receivedAtOf(input.receivedAt);
  const own = json(rankFacts(facts, input.rank));
  const ranked = facts.outcome === null ? own : sql`jsonb_set(${own}, '{outcome,d}', to_jsonb(${deliveryId}))`;
  const searchText = facts.transcript === null ? null : searchTextOf(facts.transcript);

  const wins = (field: string) =>
    sql`coalesce((excluded.facts -> ${field}::text ->> 'k')::bigint, -1) > coalesce((kept.facts -> ${field}::text ->> 'k')::bigint, -1)`;
  const better = (field: string, column: string) =>
    sql`${sql.identifier(column)} = case when ${wins(field)} then excluded.${sql.identifier(column)} else kept.${sql.identifier(column)} end`;

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
      ${better("transcript", "transcript")},
      ${better("transcript", "search")},
      ${better("corrections", "corrections")},
      ${better("report", "report")},
      ${better("responseBody", "response_body")},
      ${better("variables", "variables")},
      ${better("variables", "name_search")},
      ${better("recordingUrl", "recording_url")},
      ${better("recordingUrl", "recording_expires_at")}
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
    -- A row that this statement made was never locked or updated by another one.
    returning call_id, kept.xmax = 0 as is_new
  )`;
}

/** When something was received, by the database's clock: another clock's word, of whoever kept it meanwhile, is capped by it. */
export function receivedAtOf(at: Date | null): SQL {
  return at === null ? sql`now()` : sql`least(${at.toISOString()}::timestamptz, now())`;
}

/** `customerNameOf` in SQL, over the merged variables. */
const customerName = sql`left(coalesce(${sql.join(
  CUSTOMER_NAME_VARIABLES.map((name) => sql`variables ->> ${sql.raw(`'${name}'`)}`),
  sql`, `,
)}), 200)`;

const goal = sql`case when jsonb_typeof(report -> 'outcome' -> 'status') = 'string'
        then left(report -> 'outcome' ->> 'status', 100) end`;

/**
 * The report's criteria that were judged, by their text: a filter asks for one, the overview counts them, and neither should
 * have to read the reports. Any other shape of report has none.
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

/** What a source says, each fact with its rank, as it is merged. Fields that it does not say are left out. */
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
    // Not the best source's URL but the one that works the longest.
    ranked["recordingUrl"] = { k: facts.recordingExpiresAt?.getTime() ?? 0 };
  }
  return ranked;
}

/** JSON as a parameter: by way of text, so that the driver does not encode it a second time. */
function json(value: unknown): SQL {
  return value === null ? sql`null::jsonb` : sql`${JSON.stringify(value)}::text::jsonb`;
}
