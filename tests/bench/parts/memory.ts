import { readFileSync } from "node:fs";

import { type BenchApp, startBenchApp, WEBHOOK_PATH } from "../app";
import { signInAt } from "../client";
import type { BenchContext } from "../context";
import { singleFilters } from "../filters";
import type { Measured } from "../lines";
import { send } from "../load";
import { residentMegabytes } from "../processes";

type Memory = { heapMb: number; residentMb: number };

/** A page view is ten times the work of a delivery. */
const DELIVERIES_A_VIEW = 10;
const VIEWS_AT_ONCE = 2;

/** What the application still holds after many deliveries and page views, after a collection of garbage, beside what it held after a tenth of them. */
export async function measureMemory(context: BenchContext): Promise<Measured[]> {
  const { data, small, folder, deliveries } = context;
  const database = await data.copyOf(small);
  const app = await startBenchApp({
    applicationUrl: database.applicationUrl,
    folder,
    nodeOptions: ["--inspect=127.0.0.1:0"],
  });
  try {
    const deliver = (requests: number) =>
      send({ port: app.port, path: WEBHOOK_PATH, connections: 32, seconds: 3_600, requests });
    const afterDeliveries = await growth(app, deliveries, async (count) => void (await deliver(count)));
    context.say("memory: page views");
    const client = await signInAt(app);
    const paths = singleFilters(database.until).flatMap((query) => [`/calls?${query}`, "/"]);
    const afterViews = await growth(app, Math.ceil(deliveries / DELIVERIES_A_VIEW), async (count) => {
      let left = count;
      const view = async () => {
        while (left > 0) {
          left -= 1;
          await client.get(paths[left % paths.length] ?? "/");
        }
      };
      await Promise.all(Array.from({ length: VIEWS_AT_ONCE }, view));
    });
    return [
      line("memoryDeliveries", deliveries, afterDeliveries),
      line("memoryViews", Math.ceil(deliveries / DELIVERIES_A_VIEW), afterViews),
    ];
  } finally {
    await app.stop();
    await data.drop(database);
  }
}

async function growth(app: BenchApp, count: number, work: (count: number) => Promise<void>): Promise<[Memory, Memory]> {
  const tenth = Math.ceil(count / 10);
  await work(tenth);
  const before = await memoryOf(app);
  await work(count - tenth);
  return [before, await memoryOf(app)];
}

function line(id: "memoryDeliveries" | "memoryViews", count: number, [before, after]: [Memory, Memory]): Measured {
  const megabytes = (of: (memory: Memory) => number) => `${of(after).toFixed(0)} MB : ${of(before).toFixed(0)} MB`;
  return {
    line: id,
    values: [after.heapMb - before.heapMb],
    detail: `${count.toLocaleString("en")}: heap ${megabytes(({ heapMb }) => heapMb)}, resident ${megabytes(({ residentMb }) => residentMb)}`,
  };
}

/** The memory after a collection of garbage, through the inspector. */
async function memoryOf({ logFile, pid }: BenchApp): Promise<Memory> {
  const address = /ws:\/\/\S+/.exec(readFileSync(logFile, "utf8"))?.[0];
  if (address === undefined) {
    throw new Error("The application does not say where its inspector listens");
  }
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", () => reject(new Error("The inspector does not answer")), { once: true });
  });
  const ask = (id: number, method: string, params: object = {}) =>
    new Promise<{ result?: { value?: number } }>((resolve) => {
      socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(String(data)) as { id?: number; result?: { result?: { value?: number } } };
        if (message.id === id) {
          resolve(message.result ?? {});
        }
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
  await ask(1, "HeapProfiler.collectGarbage");
  await ask(2, "HeapProfiler.collectGarbage");
  const { result } = await ask(3, "Runtime.evaluate", {
    expression: "(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())",
    returnByValue: true,
  });
  socket.close();
  return { heapMb: (result?.value ?? Number.NaN) / 1e6, residentMb: residentMegabytes(pid) };
}
