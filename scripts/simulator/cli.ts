import { parseArgs } from "node:util";

import { NOT_COMPLETED_TYPES, type Outcome, UNKNOWN_TYPE } from "./contract";
import { connectVendor } from "./control";
import { SCENARIOS } from "./dialogues/dialogue";
import { generateCall } from "./generate";
import { deliver } from "./sender";
import { startVendor } from "./server";
import { forgedWebhook, sendCall, sendHistory, startLive, testWebhook } from "./traffic";
import type { Since } from "./vendor";

const OUTCOMES: readonly Outcome[] = ["complete", ...NOT_COMPLETED_TYPES, UNKNOWN_TYPE];

const HELP = `The simulated vendor: its API, its recordings and its webhooks.

  node --import tsx scripts/simulator/cli.ts <command> [options]

Commands
  serve     run the vendor's API and its recordings, until stopped
  history   send many calls of the last days
  live      send calls that end now, one every few seconds, until stopped; "serve" dials their retries
  send      send one call: --outcome, --language, --scenario, or --test, or --forged

Options of serve
  --port <n>            default 4010
  --api-key <key>       the key that the API accepts; default a fixed one, printed at start
  --url-lifetime <s>    how long a recording URL is valid, in seconds; default 7 days, or a day beside a permanent URL
  --permanent-recordings on|off|<iso>   permanent recording URLs, also since an instant; default off
  --retry-fields on|off|<iso>           the retry fields in webhooks, also since an instant; default on
  --state <file>        keep the known calls over a restart, as JSON lines
  --seed <text>         default callboard

Options of history, live and send
  --webhook <url>       the receiver's webhook with its secret; better in WEBHOOK_URL in the environment,
                        because the process list shows options
  --vendor <url>        the vendor that "serve" runs; default http://127.0.0.1:4010
  --seed <text>         the same --seed and --now give the same calls

  history: --count <n>  default 1500        --days <n>  default 45
           --now <iso>  the end of the last day; default now
           --concurrency <n>  default 8     --duplicates <share>  default 0.01
           --shuffled         in any order, retries before their first calls
  live:    --every <s>  mean seconds between two contacts; default 6
           --pace <n>   divides the pauses between the dials of a contact; default 60
           --report-delay <s>  seconds from the end of a call to its report; default 20
  send:    --outcome <type>    ${OUTCOMES.slice(0, 5).join(", ")},
                               ${OUTCOMES.slice(5).join(", ")}
           --language ar|en|ur
           --scenario <id>     ${SCENARIOS.slice(0, 3).join(", ")},
                               ${SCENARIOS.slice(3).join(", ")}
           --recorded          a conversation with a recording
           --report-delay <s>
           --test              what the vendor's button "Send test webhook" sends: its API does not know the call
           --forged            a call that the vendor never made
`;

const OPTIONS = {
  help: { type: "boolean", short: "h" },
  port: { type: "string", default: "4010" },
  "api-key": { type: "string" },
  "url-lifetime": { type: "string" },
  "permanent-recordings": { type: "string", default: "off" },
  "retry-fields": { type: "string", default: "on" },
  state: { type: "string" },
  seed: { type: "string" },
  webhook: { type: "string" },
  vendor: { type: "string", default: "http://127.0.0.1:4010" },
  count: { type: "string", default: "1500" },
  days: { type: "string", default: "45" },
  now: { type: "string" },
  concurrency: { type: "string", default: "8" },
  duplicates: { type: "string", default: "0.01" },
  every: { type: "string", default: "6" },
  pace: { type: "string", default: "60" },
  shuffled: { type: "boolean" },
  "report-delay": { type: "string" },
  outcome: { type: "string" },
  language: { type: "string" },
  scenario: { type: "string" },
  recorded: { type: "boolean" },
  test: { type: "boolean" },
  forged: { type: "boolean" },
} as const;

/** A mistake in the arguments. The command prints it in one line, without a stack. */
class UsageError extends Error {}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args);
  const [command] = positionals;
  if (values.help === true || command === undefined) {
    console.log(HELP);
    return command === undefined && values.help !== true ? 2 : 0;
  }
  switch (command) {
    case "serve":
      return serve(values);
    case "history":
      return history(values);
    case "live":
      return live(values);
    case "send":
      return send(values);
    default:
      throw new UsageError(`unknown command "${command}"; --help lists the commands`);
  }
}

type Values = ReturnType<typeof parse>["values"];

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "bad arguments");
  }
}

async function serve(values: Values): Promise<number> {
  const port = number(values.port, "port");
  const vendor = await startVendor({
    port,
    seed: values.seed ?? "callboard",
    rollout: {
      permanentRecordings: since(values["permanent-recordings"], "permanent-recordings"),
      retryFields: since(values["retry-fields"], "retry-fields"),
    },
    ...(values["url-lifetime"] === undefined
      ? {}
      : { urlLifetimeSeconds: number(values["url-lifetime"], "url-lifetime") }),
    ...(values["api-key"] === undefined ? {} : { apiKey: values["api-key"] }),
    ...(values.state === undefined ? {} : { stateFile: values.state }),
  }).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      throw new UsageError(`port ${port} is in use; choose another with --port`);
    }
    throw error;
  });
  console.log(`The simulated vendor knows ${vendor.callCount()} calls.

  SARJ_API_URL=${vendor.apiUrl}
  SARJ_API_KEY=${vendor.apiKey}
  RECORDING_HOSTS=${vendor.recordingHost}
`);
  await interruption();
  await vendor.close();
  return 0;
}

async function history(values: Values): Promise<number> {
  const total = number(values.count, "count");
  const stopped = new AbortController();
  void interruption().then(() => stopped.abort());
  const tty = process.stdout.isTTY;
  let shown = 0;
  const { failed, results } = await sendHistory({
    webhookUrl: webhookUrl(values),
    vendor: connectVendor(values.vendor),
    count: total,
    days: number(values.days, "days"),
    concurrency: number(values.concurrency, "concurrency"),
    duplicates: number(values.duplicates, "duplicates"),
    order: values.shuffled === true ? "shuffled" : "given",
    signal: stopped.signal,
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.now === undefined ? {} : { now: instant(values.now) }),
    onProgress(progress) {
      const percent = Math.floor((100 * progress.sent) / progress.total);
      if (percent < shown + (tty ? 1 : 10) && progress.sent < progress.total) return;
      shown = percent;
      const line = `${progress.sent} of ${progress.total} delivered, ${progress.failed} failed`;
      process.stdout.write(tty ? `\r${line}` : `${line}\n`);
    },
  });
  if (tty) process.stdout.write("\n");
  if (failed.length > 0) console.error(`${failed.length} of ${results.length} deliveries failed.`);
  return failed.length > 0 || stopped.signal.aborted ? 1 : 0;
}

async function live(values: Values): Promise<number> {
  const traffic = startLive({
    webhookUrl: webhookUrl(values),
    vendor: connectVendor(values.vendor),
    everySeconds: number(values.every, "every"),
    pace: number(values.pace, "pace"),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values["report-delay"] === undefined
      ? {}
      : { reportDelaySeconds: number(values["report-delay"], "report-delay") }),
    onCall(call, { delivered, attempts }) {
      const status = attempts.at(-1)?.status ?? attempts.at(-1)?.error ?? "not sent";
      console.log(`${call.webhook.payload.type.padEnd(20)} ${call.id} ${delivered ? "" : "NOT DELIVERED "}${status}`);
    },
  });
  await interruption();
  await traffic.stop();
  return 0;
}

async function send(values: Values): Promise<number> {
  const url = webhookUrl(values);
  const seed = values.seed ?? crypto.randomUUID();
  const now = values.now === undefined ? Date.now() : instant(values.now);
  const outcome = oneOf(values.outcome, OUTCOMES, "outcome");
  const language = oneOf(values.language, ["ar", "en", "ur"] as const, "language");
  const scenario = oneOf(values.scenario, SCENARIOS, "scenario");
  const generate = () =>
    generateCall({
      seed,
      endedAt: now,
      ...(outcome === undefined ? {} : { outcome }),
      ...(language === undefined ? {} : { language }),
      ...(scenario === undefined ? {} : { scenario }),
      ...(values.recorded === true ? { recorded: true } : {}),
      ...(values["report-delay"] === undefined
        ? {}
        : { reportDelaySeconds: number(values["report-delay"], "report-delay") }),
    });
  const result =
    values.test === true
      ? await deliver(url, testWebhook(seed, now))
      : values.forged === true
        ? await deliver(url, forgedWebhook(seed, now, outcome))
        : await sendCall({ webhookUrl: url, vendor: connectVendor(values.vendor), call: generate() });
  console.log(JSON.stringify(result, null, 2));
  return result.delivered ? 0 : 1;
}

function webhookUrl(values: Values): string {
  const url = values.webhook ?? process.env["WEBHOOK_URL"];
  if (url === undefined || !URL.canParse(url)) throw new UsageError("--webhook <url> is missing or not a URL");
  return url;
}

function number(text: string, name: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new UsageError(`--${name}: a number, not "${text}"`);
  return value;
}

function since(text: string, name: string): Since {
  if (text === "on" || text === "off") return text === "on";
  if (Number.isNaN(Date.parse(text))) throw new UsageError(`--${name}: on, off or an ISO date, not "${text}"`);
  return text;
}

function instant(text: string): number {
  const value = Date.parse(text);
  if (Number.isNaN(value)) throw new UsageError(`--now: an ISO date, not "${text}"`);
  return value;
}

function oneOf<T extends string>(text: string | undefined, allowed: readonly T[], name: string): T | undefined {
  if (text === undefined) return undefined;
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw new UsageError(`--${name}: one of ${allowed.join(", ")}`);
  return found;
}

/** Resolves at the first Ctrl-C or SIGTERM. A second signal of the same kind ends the process immediately. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
