import { randomBytes } from "node:crypto";

import { type DeliveryResult, deliver, type RetryPolicy, VENDOR_RETRY_POLICY } from "@/scripts/simulator/sender";
import type { Deployment } from "@/tests/fixtures/deployment";

import { complete, notCompleted } from "../fixtures/webhooks";

/** A stream of deliveries, one per call, sent with the vendor's retries. */
export type Load = {
  /** The number of deliveries started so far. */
  sent(): number;
  /** The deliveries that have ended so far. */
  results(): DeliveryResult[];
  /** Starts no further deliveries, waits for the running ones, and returns all results. */
  stop(): Promise<DeliveryResult[]>;
};

/**
 * Starts a stream of deliveries. `url` may be a function, for an application whose URL changes.
 *
 * @param padding bytes added to the body of each completed call
 */
export function startLoad({
  url,
  perSecond,
  name,
  retryPolicy = VENDOR_RETRY_POLICY,
  padding = 0,
}: {
  url: string | (() => string);
  perSecond: number;
  name: string;
  retryPolicy?: RetryPolicy;
  padding?: number;
}): Load {
  const results: DeliveryResult[] = [];
  const running = new Set<Promise<void>>();
  const began = performance.now();
  let count = 0;
  const send = async (callId: string, body: string) => {
    results.push({ ...(await deliver(typeof url === "string" ? url : url(), body, { retryPolicy })), callId });
  };
  const tick = () => {
    // A late tick also sends the deliveries that became due in the meantime.
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
    while (count < due) {
      count += 1;
      const callId = `${name}-${count}`;
      // Every third call was not completed.
      const call = count % 3 === 0 ? notCompleted(callId) : complete(callId, pad(padding));
      const body = JSON.stringify(call);
      const sending = send(callId, body).finally(() => running.delete(sending));
      running.add(sending);
    }
  };
  const timer = setInterval(tick, 10);
  return {
    sent: () => count,
    results: () => results,
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      return results;
    },
  };
}

/** Returns random text, because Postgres cannot compress it. */
function pad(bytes: number): Record<string, string> {
  return bytes === 0 ? {} : { padding: randomBytes(bytes / 2).toString("hex") };
}

export type Audit = {
  sent: number;
  answered: number;
  found: number;
  /** The number of deliveries that were sent and are not in the database. */
  lost: number;
  /** The ids of calls whose delivery was answered 2xx and is not in the database. Must always be empty. */
  forgotten: string[];
  /** The number of calls with more than one delivery. Only one body was sent for each call. */
  duplicated: number;
};

/** Compares the deliveries sent with the deliveries in the database. */
export async function audit(deployment: Pick<Deployment, "query">, results: readonly DeliveryResult[]): Promise<Audit> {
  const rows = await deployment.query(
    (sql) => sql<{ call_id: string; bodies: number }[]>`
      select d.call_id, count(*)::int as bodies
      from deliveries d join calls c using (call_id) join call_details using (call_id)
      group by d.call_id`,
  );
  const bodies = new Map(rows.map((row) => [row.call_id, row.bodies]));
  const isFound = ({ callId }: DeliveryResult) => bodies.has(callId);
  const answered = results.filter(({ delivered }) => delivered);
  return {
    sent: results.length,
    answered: answered.length,
    found: results.filter(isFound).length,
    lost: results.filter((result) => !isFound(result)).length,
    forgotten: answered.filter((result) => !isFound(result)).map(({ callId }) => callId),
    duplicated: results.filter(({ callId }) => (bodies.get(callId) ?? 0) > 1).length,
  };
}

/** Returns the number of calls in the database. */
export async function countCalls(deployment: Pick<Deployment, "query">): Promise<number> {
  const [row] = await deployment.query((sql) => sql<{ count: number }[]>`select count(*)::int as count from calls`);
  return row?.count ?? 0;
}
