import { randomBytes } from "node:crypto";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { findFreePort } from "./launcher/ports";
import { DATA_FOLDERS, serve, type Serving } from "./launcher/serve";
import { writePrivately } from "./launcher/settings";
import { bold, command, duration } from "./launcher/terminal";
import { sendHistory, startLive } from "./simulator/play";
import { startVendor } from "./simulator/server";
import type { Vendor } from "./simulator/vendor";

/** Callboard with a simulated Sarj.ai, on data of its own: a past of 30 days, calls that go on, recordings that play. */

const FOLDER = DATA_FOLDERS.demo;
const EMAIL = "demo@callboard.example";
const HISTORY = { count: 1_500, days: 30, concurrency: 4 };
const LIVE_SECONDS = 8;

/** Kept, so that a second start goes on where the first ended. `historyEndsAt`: milliseconds since the epoch. */
type DemoState = { password: string; vendorPort: number; historyEndsAt: number; isHistorySent: boolean };

// Above the command: what is below it does not exist yet while it runs.
let lastShown = "";

await command(async () => {
  const state = await readOrMakeState();
  let vendor: Vendor | null = null;
  const log = createWriteStream(join(FOLDER, "callboard.log"), { mode: 0o600 });

  await serve({
    commandLine: "npm run demo",
    mode: "start",
    dataFolder: FOLDER,
    async overrides({ address }) {
      // The port is part of every recording's URL, so it is kept while it can be.
      state.vendorPort = await findFreePort(state.vendorPort);
      writeState(state);
      vendor = await startVendor({ port: state.vendorPort, stateFile: join(FOLDER, "vendor.jsonl") });
      return {
        // Nothing of a real installation: no database, no key, no secret.
        DATABASE_URL: "",
        DATABASE_REPLICA_URL: "",
        SARJ_WEBHOOK_SECRETS: "",
        SARJ_WEBHOOK_ALLOWED_IPS: "",
        CLIENT_IP_HEADER: "",
        SARJ_API_URL: vendor.apiUrl,
        SARJ_API_KEY: vendor.apiKey,
        RECORDING_HOSTS: vendor.recordingHost,
        AUTH_SECRET: "",
        CRON_SECRET: "",
        SETUP_CODE: "",
        SPOOL_DIR: "",
        APP_URL: `http://localhost:${address.port}`,
        ADMIN_EMAIL: EMAIL,
        ADMIN_PASSWORD: state.password,
      };
    },
    // Every delivery is a line: that belongs into a file here, and what went wrong onto the screen.
    onLine(line, stream) {
      log.write(`${line}\n`);
      if (stream === "stderr" || line.includes('"level":"error"')) {
        console.error(line);
      }
    },
    howToSignIn: `as ${bold(EMAIL)} with the password ${bold(state.password)}`,
    whoPosts: "where the simulated vendor posts",
    furtherRows: [["Log", join(FOLDER, "callboard.log")]],
    onReady: (serving) => play(state, serving, vendor),
  });
});

/** Sends the past if it was not sent, then calls that end now. Returns what stops them. */
async function play(state: DemoState, serving: Serving, vendor: Vendor | null): Promise<() => Promise<void>> {
  if (vendor === null) {
    return async () => {};
  }
  const { interruption, localWebhookUrl: webhookUrl } = serving;
  if (!state.isHistorySent) {
    const began = performance.now();
    const { failed } = await sendHistory({
      webhookUrl,
      vendor,
      ...HISTORY,
      // The same calls again if the first start was cut short: what came already is a duplicate.
      now: state.historyEndsAt,
      signal: interruption.signal,
      onProgress: ({ sent, total }) => showProgress(sent, total),
    });
    if (interruption.signal.aborted) {
      console.log();
      return () => vendor.close();
    }
    showProgress(
      1,
      1,
      ` in ${duration(performance.now() - began)}${failed.length > 0 ? `; ${failed.length} were given up` : ""}`,
    );
    writeState({ ...state, isHistorySent: failed.length === 0 });
  }
  console.log(`  A call ends every ${LIVE_SECONDS} seconds or so: watch the list.\n`);
  const live = startLive({ webhookUrl, vendor, everySeconds: LIVE_SECONDS });
  return async () => {
    await live.stop();
    await vendor.close();
  };
}

/** One line that grows in place on a terminal; elsewhere only its end. */
function showProgress(sent: number, total: number, end = ""): void {
  const title = `  Sending ${HISTORY.count.toLocaleString("en")} calls of the last ${HISTORY.days} days … `;
  const text = end === "" ? `${title}${Math.floor((sent / total) * 100)}%` : `${title}done${end}\n`;
  if (text === lastShown) {
    return;
  }
  lastShown = text;
  if (process.stdout.isTTY) {
    process.stdout.write(`\r${text}`);
  } else if (end !== "") {
    process.stdout.write(text);
  }
}

async function readOrMakeState(): Promise<DemoState> {
  mkdirSync(FOLDER, { recursive: true });
  try {
    return JSON.parse(readFileSync(join(FOLDER, "demo.json"), "utf8")) as DemoState;
  } catch {
    const state = {
      password: `demo-${randomBytes(6).toString("hex")}`,
      vendorPort: await findFreePort(),
      historyEndsAt: Date.now(),
      isHistorySent: false,
    };
    writeState(state);
    return state;
  }
}

function writeState(state: DemoState): void {
  writePrivately(join(FOLDER, "demo.json"), state);
}
