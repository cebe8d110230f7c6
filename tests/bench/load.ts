import { fork } from "node:child_process";
import { join } from "node:path";

import { generateCalls } from "@/scripts/simulator/generate";

import type { Order, Report, Template } from "./sender";

/** The smallest and the largest of the bodies that are sent, in bytes; on average 2.5 kB. */
const BODY_BYTES = { least: 2_200, most: 2_800 };
const BODIES = 200;

/** Runs the sender in a process of its own. Throws if any answer has another status than 200. */
export async function send(order: Omit<Order, "templates"> & { templates?: Template[] }): Promise<Load> {
  const child = fork(join(import.meta.dirname, "sender.ts"), { serialization: "advanced", execArgv: [] });
  try {
    const report = await new Promise<Report>((resolve, reject) => {
      child.once("message", (message) => resolve(message as Report));
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`The sender ended with ${code}`)));
      child.send({ templates: templates(), ...order });
    });
    const refused = Object.entries(report.statuses).filter(([status]) => status !== "200");
    if (refused.length > 0 || report.latencies.length === 0) {
      throw new Error(`${order.path}: not every request was answered with 200: ${JSON.stringify(report.statuses)}`);
    }
    return summarize(report);
  } finally {
    child.removeAllListeners("exit");
    child.kill();
  }
}

/** Times in milliseconds. `cpu`: the share of one core that the sender took. */
export type Load = { requests: number; perSecond: number; p50: number; p99: number; worst: number; cpu: number };

function summarize({ latencies, seconds, cpu }: Report): Load {
  const sorted = latencies.toSorted();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    requests: sorted.length,
    perSecond: sorted.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    worst: sorted.at(-1) ?? 0,
    cpu,
  };
}

let made: Template[] | null = null;

/** Bodies as the vendor sends them, of completed calls in Arabic and English with transcript and report. Each request has an id and a number of its own. */
export function templates(): Template[] {
  made ??= makeTemplates();
  return made;
}

function makeTemplates(): Template[] {
  const to = Date.UTC(2026, 10, 1);
  const calls = generateCalls({ seed: "bench", count: 3_000, from: to - 86_400_000 * 30, to });
  return calls
    .flatMap(({ id, webhook }) => {
      const body = Buffer.from(JSON.stringify(webhook));
      const number = webhook.payload.type === "complete" ? (webhook.payload.call_data?.phone_number ?? null) : null;
      return webhook.payload.type !== "complete" ||
        number === null ||
        webhook.payload.root_call_id != null ||
        body.length < BODY_BYTES.least ||
        body.length > BODY_BYTES.most ||
        !/\p{Script=Arabic}/u.test(body.toString("utf8"))
        ? []
        : [{ body, idsAt: offsetsOf(body, id), digitsAt: offsetsOf(body, number).map((at) => at + number.length - 8) }];
    })
    .slice(0, BODIES);
}

function offsetsOf(body: Buffer, text: string): number[] {
  const offsets: number[] = [];
  for (let at = body.indexOf(text); at !== -1; at = body.indexOf(text, at + 1)) {
    offsets.push(at);
  }
  return offsets;
}
