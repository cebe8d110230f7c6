import { sql, type SQL } from "drizzle-orm";

import { customerNameOf } from "@/lib/call/customer-name";
import { type CallFacts, type Json, NO_NEXT_RETRY } from "@/lib/call/facts";
import { isNeverDialled } from "@/lib/call/outcome";
import { hasResult, judgedCriteria, reportGoal } from "@/lib/call/report";
import type { SearchTexts } from "@/lib/call/search-texts";
import { isSpoken } from "@/lib/transcript/messages";

/**
 * Merges the facts of several sources about one call, in SQL, so that concurrent merges do not lose facts.
 *
 * Every fact has the rank of its source, and for each fact separately the highest rank wins. Null never overwrites a value, but "there is
 * none" of `nextRetryAt` is a value. The result does not depend on the order of sources with different ranks; among sources with equal
 * ranks, the first received wins. A fact that says little, such as a duration of 0, has a rank below all others: see `weakFields`.
 * `call_details.facts` holds the narrow facts as `{field: {v: value, k: rank}}`, and for the wide columns the rank and the values that `calls`
 * needs of them. `calls` is a projection of `call_details`, written by the same statement while it holds the lock on the
 * `call_details` row. The triggers of `calls` then bring the row of `contacts` up to date, in the same statement.
 *
 * When a higher-ranked outcome replaces a call's outcome, the delivery of the replaced outcome becomes `superseded`. The trigger
 * `call_details_outcome_changed` does this (function `mark_superseded_delivery`, migration 0007), because this statement takes its
 * snapshot before it waits for the lock, so it cannot see a delivery that another transaction stored in the meantime. The
 * trigger's function takes a new snapshot.
 */

/** The kinds of sources of facts, from the lowest authority to the highest. */
const SOURCE_RANK = { api: 0, not_completed: 1, complete: 2 } as const;
const RANK_STEP = 1_000_000_000_000_000;

type SourceKind = keyof typeof SOURCE_RANK;

/** The kind of the source with this rank. */
export function sourceKind(rank: number): SourceKind {
  // A weak fact has the number of its kind as its rank. The rank of an answer of the API is a time in milliseconds.
  const kind =
    rank < RANK_STEP ? (rank <= SOURCE_RANK.complete ? rank : SOURCE_RANK.api) : Math.floor(rank / RANK_STEP);
  return kind === SOURCE_RANK.complete ? "complete" : kind === SOURCE_RANK.not_completed ? "not_completed" : "api";
}

/** The rank of a webhook. A `complete` webhook ranks higher than any other; within each group, a later `ended_at` ranks higher. */
export function webhookRank({ outcome, endedAt }: Pick<CallFacts, "outcome" | "endedAt">): number {
  const kind = outcome === "complete" ? "complete" : "not_completed";
  return SOURCE_RANK[kind] * RANK_STEP + (endedAt?.getTime() ?? 0);
}

/** The rank of a fact that says little (see `weakFields`), from a source with this rank: the number of the source's kind. */
export function weakRank(rank: number): number {
  return SOURCE_RANK[sourceKind(rank)];
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
  "scheduledAt",
  "updatedAt",
  "rootCallId",
  "retryAttempt",
] as const satisfies readonly (keyof CallFacts)[];

const WIDE = [
  "transcript",
  "corrections",
  "report",
  "responseBody",
  "variables",
  "permanentRecordingUrl",
] as const satisfies readonly (keyof CallFacts)[];

/**
 * `v` is the value, `k` is the rank of its source, and `d`, only for an outcome, is the id of its delivery. `v` is null only for `nextRetryAt`,
 * where it means that no dial is coming. For a wide column, `v` is what `calls` needs of it: the customer's name from the
 * variables, the goal and the criteria from the report.
 */
export type Fact = { v?: Json; k: number; d?: string };

/** What one source says about one call, for `incomingRow`. */
export type MergeSource = {
  callId: string;
  facts: CallFacts;
  /** The texts of these facts for the search. */
  search: SearchTexts;
  rank: number;
  /** The id of the delivery that contains these facts; null for the API. */
  deliveryId: string | null;
  /** When the delivery was first received, if it waited in the spool or in quarantine; null means now. */
  receivedAt: Date | null;
};

/** The columns of `incoming`, as `json_to_recordset` reads them from the rows that `incomingRow` makes. */
export const INCOMING = sql.raw(
  `call_id text, delivery_id text, received_at timestamptz, is_never_dialled boolean, facts jsonb, transcript jsonb, corrections jsonb, report jsonb,
      response_body jsonb, variables jsonb, recording_url text, recording_expires_at timestamptz, permanent_recording_url text, spoken text, name text`,
);

/** A source as a row of `incoming`, for JSON. What it does not say is left out. */
export function incomingRow({ callId, facts, search, rank, deliveryId, receivedAt }: MergeSource) {
  const ranked = rankFacts(facts, rank);
  const outcome = ranked["outcome"];
  if (outcome !== undefined && deliveryId !== null) {
    outcome.d = deliveryId;
  }
  return {
    call_id: callId,
    delivery_id: deliveryId ?? undefined,
    received_at: receivedAt ?? undefined,
    is_never_dialled: isNeverDialled(facts.outcome),
    facts: ranked,
    transcript: facts.transcript ?? undefined,
    corrections: facts.corrections ?? undefined,
    report: facts.report ?? undefined,
    response_body: facts.responseBody ?? undefined,
    variables: facts.variables ?? undefined,
    recording_url: facts.recordingUrl ?? undefined,
    recording_expires_at: facts.recordingExpiresAt ?? undefined,
    permanent_recording_url: facts.permanentRecordingUrl ?? undefined,
    spoken: search.spoken ?? undefined,
    name: search.name,
  };
}

/** The query of `incoming` for one source. */
export function incomingOf(source: MergeSource): SQL {
  return sql`select * from json_to_recordset(${JSON.stringify([incomingRow(source)])}::text::json) as given(${INCOMING})`;
}

/**
 * The `with` items of a merge: `incoming` are the facts of some sources, `merged` merges them into `call_details`, and `projected` writes the
 * result to `calls`. `merged.won` is true if the call now has this delivery's outcome.
 *
 * The rows of `call_details` are locked in the order of their ids, so that two statements cannot deadlock on them.
 */
export function mergeCtes(input: {
  /** A query with the columns `INCOMING`, and one row per call: see `incomingOf`. */
  incoming: SQL;
  /** Further assignments for an existing row of `calls`: `, column = value …`. */
  alsoSet: SQL;
  /** The merge happens only if this query returns a row, so that a call that was erased in the meantime stays erased. */
  onlyWhile?: SQL;
  /** Further columns and values for a new row of `calls`: `, column` and `, value`. */
  alsoInsert?: { columns: SQL; values: SQL };
}): SQL {
  const ranksHigher = (field: string) =>
    sql.raw(
      `coalesce((excluded.facts -> '${field}' ->> 'k')::bigint, -1) > coalesce((kept.facts -> '${field}' ->> 'k')::bigint, -1)`,
    );
  const takeHigherRank = (field: string, column: string) =>
    sql`${sql.identifier(column)} = case when ${ranksHigher(field)} then excluded.${sql.identifier(column)} else kept.${sql.identifier(column)} end`;

  const present = input.onlyWhile === undefined ? sql.empty() : sql`present as (${input.onlyWhile}), `;
  return sql`${present}incoming as materialized (${input.incoming}), written as (
    insert into call_details as kept (
      call_id, facts, transcript, corrections, report, response_body, variables, recording_url, recording_expires_at,
      permanent_recording_url, search, name_search
    ) select
      call_id, facts, transcript, corrections, report, response_body, variables, recording_url, recording_expires_at,
      permanent_recording_url, to_tsvector('simple', spoken), to_tsvector('simple', name)
    from incoming ${input.onlyWhile === undefined ? sql.empty() : sql`cross join present`}
    order by call_id
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
      ${takeHigherRank("recordingUrl", "recording_expires_at")},
      ${takeHigherRank("permanentRecordingUrl", "permanent_recording_url")}
    returning kept.call_id, kept.facts, coalesce(kept.recording_url, kept.permanent_recording_url) is not null as has_recording
  ), merged as materialized (
    select
      call_id, written.facts, has_recording, least(received_at, now()) as received_at, is_never_dialled,
      -- An older version stored no \`v\` of the wide columns. Then \`calls\` has the values already.
      (not written.facts -> 'variables' ? 'v') is true as keeps_name, (not written.facts -> 'report' ? 'v') is true as keeps_report,
      coalesce(written.facts -> 'outcome' ->> 'd' = delivery_id, false) as won
    from written join incoming using (call_id)
  ), projected as (
    insert into calls as kept (
      call_id, outcome, status, direction, language, interaction_type, phone_number, scenario_id, customer_name, goal, criteria,
      duration_seconds, has_recording, created_at, started_at, ended_at, scheduled_at, updated_at, called_off_at, root_call_id, attempt,
      next_retry_at, has_retry_fields, first_received_at, last_received_at
      ${input.alsoInsert?.columns ?? sql.empty()}
    )
    select
      call_id, facts -> 'outcome' ->> 'v', facts -> 'status' ->> 'v', facts -> 'direction' ->> 'v',
      facts -> 'language' ->> 'v', facts -> 'interactionType' ->> 'v', facts -> 'phoneNumber' ->> 'v',
      facts -> 'scenarioId' ->> 'v', facts -> 'variables' ->> 'v', facts #>> '{report,v,goal}',
      nullif(facts #> '{report,v,criteria}', 'null'),
      (facts -> 'durationSeconds' ->> 'v')::integer, has_recording,
      (facts -> 'createdAt' ->> 'v')::timestamptz, (facts -> 'startedAt' ->> 'v')::timestamptz,
      (facts -> 'endedAt' ->> 'v')::timestamptz, (facts -> 'scheduledAt' ->> 'v')::timestamptz,
      (facts -> 'updatedAt' ->> 'v')::timestamptz, case when is_never_dialled then received_at end, facts -> 'rootCallId' ->> 'v',
      -- The contract's default is 1. A call with a root is not the first.
      coalesce(
        (facts -> 'retryAttempt' ->> 'v')::integer,
        case when facts ? 'nextRetryAt' and not facts ? 'rootCallId' then 1 end
      ),
      (facts -> 'nextRetryAt' ->> 'v')::timestamptz, facts ?| array['nextRetryAt', 'rootCallId', 'retryAttempt'],
      received_at, received_at
      ${input.alsoInsert?.values ?? sql.empty()}
    from merged
    on conflict (call_id) do update set
      outcome = excluded.outcome, status = excluded.status, direction = excluded.direction,
      language = excluded.language, interaction_type = excluded.interaction_type,
      phone_number = excluded.phone_number, scenario_id = excluded.scenario_id,
      customer_name = case when ${ofMerged("keeps_name")} then kept.customer_name else excluded.customer_name end,
      goal = case when ${ofMerged("keeps_report")} then kept.goal else excluded.goal end,
      criteria = case when ${ofMerged("keeps_report")} then kept.criteria else excluded.criteria end, duration_seconds = excluded.duration_seconds,
      has_recording = excluded.has_recording, created_at = excluded.created_at, started_at = excluded.started_at,
      ended_at = excluded.ended_at, scheduled_at = excluded.scheduled_at, updated_at = excluded.updated_at,
      called_off_at = least(kept.called_off_at, excluded.called_off_at), root_call_id = excluded.root_call_id,
      attempt = excluded.attempt, next_retry_at = excluded.next_retry_at, has_retry_fields = excluded.has_retry_fields
      ${input.alsoSet}
    -- A row that this statement inserted was never locked or updated by another one.
    returning call_id, kept.xmax = 0 as is_new
  )`;
}

/** A column of `merged`, for the existing row of `calls` that an assignment is for. */
export function ofMerged(column: "won" | "keeps_name" | "keeps_report"): SQL {
  return sql`(select ${sql.raw(column)} from merged where merged.call_id = kept.call_id)`;
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

/** The facts of one source with their ranks, in the form of `call_details.facts`. Null facts are left out. */
export function rankFacts(facts: CallFacts, rank: number): Record<string, Fact> {
  const ranked: Record<string, Fact> = {};
  for (const field of NARROW) {
    const value = facts[field];
    if (value !== null) {
      ranked[field] = { v: value instanceof Date ? value.toISOString() : value, k: rank };
    }
  }
  if (facts.nextRetryAt !== null) {
    ranked["nextRetryAt"] = {
      v: facts.nextRetryAt === NO_NEXT_RETRY ? null : facts.nextRetryAt.toISOString(),
      k: rank,
    };
  }
  for (const field of WIDE) {
    if (facts[field] !== null) {
      ranked[field] = { k: rank };
    }
  }
  if (facts.variables !== null) {
    ranked["variables"] = { v: customerNameOf(facts.variables), k: rank };
  }
  if (facts.report !== null) {
    ranked["report"] = { v: { goal: reportGoal(facts.report), criteria: judgedCriteria(facts.report) }, k: rank };
  }
  for (const field of weakFields(facts)) {
    const fact = ranked[field];
    if (fact !== undefined) {
      fact.k = weakRank(rank);
    }
  }
  if (facts.recordingUrl !== null) {
    // A recording URL is ranked by its expiry, not by its source: the URL that expires last wins.
    ranked["recordingUrl"] = { k: facts.recordingExpiresAt?.getTime() ?? 0 };
  }
  return ranked;
}

/**
 * The facts that say little, so that any other source is believed before them: a duration of 0, a transcript without a spoken word, and a
 * report without a result. They are kept, because without another source they are all there is.
 */
export function weakFields({
  durationSeconds,
  transcript,
  report,
}: Pick<CallFacts, "durationSeconds" | "transcript" | "report">): (keyof CallFacts)[] {
  return [
    ...(durationSeconds === 0 ? (["durationSeconds"] as const) : []),
    ...(transcript !== null && !isSpoken(transcript) ? (["transcript"] as const) : []),
    ...(report !== null && !hasResult(report) ? (["report"] as const) : []),
  ];
}
