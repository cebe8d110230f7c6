import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, test } from "@playwright/test";

import { startVendor } from "@/scripts/simulator/server";

const SECRET = "canary-0123456789-0123456789-0123456789";

/** Runs the command and resolves when it has ended. */
function run(args: string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/simulator/cli.ts", ...args], {
    env: { ...process.env, WEBHOOK_URL: "", ...environment },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, output }));
  });
}

for (const [args, code, says] of [
  [["--help"], 0, "live      send calls that end now"],
  [[], 2, "Commands"],
  [["dance"], 2, 'unknown command "dance"; --help lists the commands\n'],
  [["serve", "--port", "many"], 2, '--port: a number, not "many"\n'],
  [["serve", "--retry-fields", "soon"], 2, '--retry-fields: on, off or an ISO date, not "soon"\n'],
  [["history"], 2, "--webhook <url> is missing or not a URL\n"],
  [["send", "--webhook", "http://127.0.0.1:1/x", "--outcome", "joy"], 2, "--outcome: one of complete, no_answer"],
  [["live", "--nonsense"], 2, "Unknown option '--nonsense'"],
] as const) {
  test(`vendor ${args.join(" ")}`, async () => {
    const result = await run([...args]);
    expect(result.output).toContain(says);
    expect(result.output).not.toContain("    at ");
    expect(result.code).toBe(code);
  });
}

test("history and send use a vendor and a receiver in other processes, and never print the secret", async () => {
  const received: string[] = [];
  const receiver = createServer((request, response) => {
    received.push(request.url ?? "");
    request.resume().on("end", () => response.end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  // How many calls are still to be made depends on the hour and the day.
  const now = "2026-05-12T12:00:00Z";
  const vendor = await startVendor({ now: () => Date.parse(now) });
  const common = ["--vendor", vendor.url, "--now", now];
  const environment = {
    WEBHOOK_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks/sarj/${SECRET}`,
  };

  const history = await run(
    ["history", "--shuffled", "--count", "60", "--days", "3", "--duplicates", "0", ...common],
    environment,
  );
  expect(history.code, history.output).toBe(0);
  expect(history.output).toContain("60 of 60 delivered, 0 failed");
  expect(received).toHaveLength(60);
  const sentByVendor = () => vendor.records().filter(({ outcome }) => outcome !== null);
  expect(sentByVendor()).toHaveLength(60);
  // The rest are bookings and retries that the vendor has yet to dial.
  expect(vendor.callCount()).toBeGreaterThan(60);

  const sent = await run(["send", "--outcome", "no_answer", ...common], environment);
  expect(sent.code, sent.output).toBe(0);
  expect(sentByVendor()).toHaveLength(61);
  const unknown = await run(["send", "--test", ...common], environment);
  expect(unknown.code, unknown.output).toBe(0);
  expect(sentByVendor(), "the API does not know the call of a test webhook").toHaveLength(61);
  expect(received).toHaveLength(62);
  expect(history.output + sent.output + unknown.output).not.toContain(SECRET);
  await vendor.close();
  receiver.close();
  receiver.closeAllConnections();
});
