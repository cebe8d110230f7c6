import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import postgres from "postgres";

import { environment } from "@/tests/fixtures/environment";

import { startBenchApp, WEBHOOK_PATH } from "../app";
import type { BenchContext } from "../context";
import type { Measured } from "../lines";
import { send, templates } from "../load";

/** Deliveries on the disk, as an outage of the database leaves them, drained by a starting application; beside the same number by HTTP. */
export async function measureSpool(context: BenchContext): Promise<Measured[]> {
  const { data, small, deliveries, folder } = context;
  const database = await data.copyOf(small);
  const own = mkdtempSync(join(folder, "spool-"));
  const sql = postgres(database.superuserUrl, { max: 1, onnotice: () => {} });
  try {
    context.say(`spool: writing ${deliveries.toLocaleString("en")} deliveries`);
    await fillSpool(join(own, "spool"), deliveries);
    const [before] = await sql<{ count: number }[]>`select count(*)::integer as count from deliveries`;
    const stored = (before?.count ?? 0) + deliveries;
    context.say("spool: draining");
    const began = performance.now();
    const app = await startBenchApp({ applicationUrl: database.applicationUrl, folder: own });
    try {
      for (let count = 0; count < stored;) {
        await wait(500);
        const [row] = await sql<{ count: number }[]>`select count(*)::integer as count from deliveries`;
        count = row?.count ?? 0;
      }
      const drained = deliveries / ((performance.now() - began) / 1000);
      context.say("spool: the same by HTTP");
      const load = await send({
        port: app.port,
        path: WEBHOOK_PATH,
        connections: 32,
        seconds: 3_600,
        requests: deliveries,
      });
      return [
        {
          line: "drain",
          values: [drained / load.perSecond],
          detail: `${deliveries.toLocaleString("en")} deliveries: ${Math.round(drained).toLocaleString("en")} a second, with the start of the application : ${Math.round(load.perSecond).toLocaleString("en")} a second`,
        },
      ];
    } finally {
      await app.stop();
    }
  } finally {
    await sql.end({ timeout: 5 });
    await data.drop(database);
  }
}

/** Writes deliveries as the application does. */
async function fillSpool(directory: string, count: number): Promise<void> {
  // The spool's modules read the environment when they are loaded.
  Object.assign(
    process.env,
    environment({ databaseUrl: "postgres://nobody@127.0.0.1:1/nowhere", appPort: 1, vendorPort: 1 }),
  );
  const [{ Spool }, { encodeDelivery }] = await Promise.all([
    import("@/server/ingest/spool"),
    import("@/server/ingest/delivery-spool"),
  ]);
  const spool = new Spool(directory);
  const bodies = templates();
  const receivedAt = new Date();
  const batch = 1_000;
  for (let from = 0; from < count; from += batch) {
    await Promise.all(
      Array.from({ length: Math.min(batch, count - from) }, (_, index) => {
        const template = bodies[(from + index) % bodies.length];
        const body = Buffer.from(template?.body ?? []);
        const id = randomUUID();
        for (const at of template?.idsAt ?? []) {
          body.write(id, at, 36, "latin1");
        }
        return spool.append(
          encodeDelivery({
            id: randomUUID(),
            body,
            contentType: "application/json",
            contentEncoding: null,
            headers: { "content-type": "application/json" },
            sourceIp: null,
            secretLabel: "12345678",
            receivedAt,
          }),
        );
      }),
    );
  }
  await spool.close();
  // The application takes the files of a living process, which this one is, only if nothing was written to them for a minute.
  const before = new Date(Date.now() - 120_000);
  await Promise.all((await readdir(directory)).map((name) => utimes(join(directory, name), before, before)));
}
