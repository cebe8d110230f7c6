import { randomUUID } from "node:crypto";

import postgres from "postgres";

import { countCalls, listCalls } from "@/db/calls/list";
import { migrate } from "@/db/driver/migrate";
import { NO_FILTER } from "@/lib/call/filter";
import { DEFAULT_VIEW } from "@/lib/call/list-view";
import { encodeCursor } from "@/lib/url/cursor";
import { recordBody } from "@/tests/fixtures/received";

type Work = () => PromiseLike<unknown>;

/**
 * Measures pairs: two ways or two sizes of the same work, so that a noisy machine slows both. The result is the ratio of the
 * medians; the milliseconds are only approximate. Returns a line with the number of calls and a line for each pair.
 */
export async function measureAll(url: string, { calls, rounds }: { calls: number; rounds: number }): Promise<string[]> {
  await migrate(url);
  const sql = postgres(url, { max: 2, onnotice: () => {} });
  const deliver = () => store(`bench-${randomUUID()}`);
  await medians(50, [deliver]);
  const [whenEmpty = 0] = await medians(rounds * 4, [deliver]);

  await sql`insert into call_details (call_id, facts) select 'c-' || n, '{}' from generate_series(1, ${calls}::integer) n`;
  await sql`
    insert into calls (
      call_id, outcome, goal, direction, language, phone_number, duration_seconds, created_at, enrichment_state,
      enrichment_due_at
    )
    select
      'c-' || n, (array['complete', 'no_answer', 'failed', 'automation'])[1 + n % 4],
      (array['success', 'failure'])[1 + n % 2], 'outbound', 'ar', '+96650' || lpad(n::text, 7, '0'), n % 600,
      now() - n * interval '9 seconds', 'done', null
    from generate_series(1, ${calls}::integer) n`;
  await sql`vacuum analyze calls`;
  await sql`vacuum analyze call_details`;

  const [whenFull = 0] = await medians(rounds * 4, [deliver]);
  const deepAt = Math.floor(calls * 0.95);
  const [deep] = await sql<{ call_id: string; occurred_at: Date }[]>`
    select call_id, occurred_at from calls order by occurred_at desc, call_id desc offset ${deepAt} limit 1`;
  if (deep === undefined) {
    throw new Error("The table of calls is empty");
  }
  const cursor = encodeCursor({ side: "after", value: deep.occurred_at.getTime(), id: deep.call_id });
  const [first = 0, last = 0, offset = 0] = await medians(rounds, [
    () => listCalls(NO_FILTER, DEFAULT_VIEW),
    () => listCalls(NO_FILTER, { ...DEFAULT_VIEW, cursor }),
    () => sql`select * from calls order by occurred_at desc, call_id desc offset ${deepAt} limit 50`,
  ]);
  const [bounded = 0, whole = 0] = await medians(rounds, [
    () => countCalls(NO_FILTER),
    () => sql`select count(*) from calls where occurred_at > '2000-01-01'`,
  ]);
  const known = `bench-${randomUUID()}`;
  await store(known);
  const [duplicate = 0, fresh = 0] = await medians(rounds * 4, [() => store(known), deliver]);
  await sql.end();
  return [
    `${calls.toLocaleString("en")} calls`,
    row("a delivery, with all those calls against an empty database", whenFull, whenEmpty),
    row("a delivery that came before against a new one", duplicate, fresh),
    row(`page ${Math.floor(deepAt / 50).toLocaleString("en")} of the list against page 1`, last, first),
    row("the same page by OFFSET against ours by keyset", offset, last),
    row("counting up to 10,000 against counting all", bounded, whole),
  ];
}

async function store(callId: string): Promise<void> {
  const messages = Array.from({ length: 12 }, (_, at) => ({ role: "user", content: `line ${at} of it` }));
  const body = Buffer.from(
    JSON.stringify({
      call_id: callId,
      payload: {
        type: "complete",
        call_data: {
          call_id: callId,
          phone_number: "+966500000001",
          total_duration: 61,
          enhanced_transcript: { transcript: { messages } },
        },
      },
    }),
  );
  await recordBody(body);
}

/** Returns the median time of each piece of work in milliseconds. Every round measures each piece once. */
async function medians(rounds: number, works: readonly Work[]): Promise<number[]> {
  const times = works.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, work] of works.entries()) {
      const began = performance.now();
      await work();
      times[index]?.push(performance.now() - began);
    }
  }
  return times.map((each) => each.toSorted((a, b) => a - b)[Math.floor(each.length / 2)] ?? 0);
}

function row(name: string, one: number, other: number): string {
  return `${(one / other).toFixed(2).padStart(8)} ×  ${name} (${one.toFixed(2)} ms : ${other.toFixed(2)} ms)`;
}
