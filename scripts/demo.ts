import { randomBytes } from "node:crypto";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { DATA_FOLDERS } from "./launcher/data-folders";
import { findFreePort } from "./launcher/ports";
import { writePrivateFile } from "./launcher/private-file";
import { type RunningServer, serve } from "./launcher/serve";
import { secretOrPlace } from "./launcher/start-message";
import { bold, formatDuration, runCommand } from "./launcher/terminal";
import { startVendor } from "./simulator/server";
import { sendHistory, startLive } from "./simulator/traffic";
import type { Vendor } from "./simulator/vendor";

/**
 * `npm run demo` starts Callboard with a simulated Sarj.ai and a separate data folder. It shows a history of 30 days, live calls and
 * playable recordings.
 */

const FOLDER = DATA_FOLDERS.demo;
const STATE_FILE = join(FOLDER, "demo.json");
const EMAIL = "demo@callboard.example";
const HISTORY = { count: 1_500, days: 30, concurrency: 4 };
const LIVE_SECONDS = 8;
const DAY = 86_400_000;
/** The vendor introduced permanent recordings this many days before the end of the history. */
const PERMANENT_RECORDINGS_DAYS = 12;

/** Stored in `demo.json`, so that a second start continues where the first one ended. `historyEndsAt`: milliseconds since the epoch. */
type DemoState = { password: string; vendorPort: number; historyEndsAt: number; isHistorySent: boolean };

// Declared before the command runs, because it uses this variable.
let lastProgress = "";

await runCommand(async () => {
  const state = await readOrMakeState();
  let vendor: Vendor | null = null;
  const log = createWriteStream(join(FOLDER, "callboard.log"), { mode: 0o600 });

  await serve({
    commandLine: "npm run demo",
    mode: "start",
    dataFolder: FOLDER,
    async overrides({ address }) {
      // Recording URLs contain the port, so keep it if it is still free.
      state.vendorPort = await findFreePort(state.vendorPort);
      writeState(state);
      vendor = await startVendor({
        port: state.vendorPort,
        stateFile: join(FOLDER, "vendor.jsonl"),
        rollout: { permanentRecordings: new Date(state.historyEndsAt - PERMANENT_RECORDINGS_DAYS * DAY).toISOString() },
      });
      return {
        // Use no database, key or secret of a real installation.
        DATABASE_URL: "",
        DATABASE_OWNER_URL: "",
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
        SMTP_URL: "",
        MAIL_FROM: "",
        SPOOL_DIR: "",
        AUDIT_STREAM_URL: "",
        AUDIT_STREAM_TOKEN: "",
        APP_URL: `http://localhost:${address.port}`,
        ADMIN_EMAIL: EMAIL,
        ADMIN_PASSWORD: state.password,
      };
    },
    // The web server logs a line for each delivery. All lines go to a file; only errors also go to the terminal.
    onLine(line, stream) {
      log.write(`${line}\n`);
      if (stream === "stderr" || line.includes('"level":"error"')) {
        console.error(line);
      }
    },
    message: {
      signIn: `as ${bold(EMAIL)} with ${secretOrPlace(`the password ${bold(state.password)}`, `password in ${STATE_FILE}`)}`,
      webhookNote: "the simulated Sarj.ai posts here",
      furtherRows: [["Log", join(FOLDER, "callboard.log")]],
    },
    onReady: (running) => sendCalls(state, running, vendor),
  });
});

/** Sends the history unless an earlier start already sent it, then starts live calls. Returns a function that stops them. */
async function sendCalls(
  state: DemoState,
  running: RunningServer,
  vendor: Vendor | null,
): Promise<() => Promise<void>> {
  if (vendor === null) {
    return async () => {};
  }
  const { interruption, localWebhookUrl: webhookUrl } = running;
  if (!state.isHistorySent) {
    const began = performance.now();
    const { failed } = await sendHistory({
      webhookUrl,
      vendor,
      ...HISTORY,
      // After an interrupted first start this sends the same calls again. Those that already arrived count as duplicates.
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
      ` in ${formatDuration(performance.now() - began)}${failed.length > 0 ? `; ${failed.length} could not be delivered` : ""}`,
    );
    writeState({ ...state, isHistorySent: failed.length === 0 });
  }
  console.log(
    `  A call ends every ${LIVE_SECONDS} seconds or so. People who are not reached are called again after minutes.\n`,
  );
  await vendor.setWebhookUrl(webhookUrl);
  const live = startLive({ webhookUrl, vendor, everySeconds: LIVE_SECONDS });
  return async () => {
    await live.stop();
    await vendor.close();
  };
}

/** On a terminal, updates one line in place. Elsewhere, prints only the final line. */
function showProgress(sent: number, total: number, end = ""): void {
  const title = `  Sending ${HISTORY.count.toLocaleString("en")} calls of the last ${HISTORY.days} days … `;
  const text = end === "" ? `${title}${Math.floor((sent / total) * 100)}%` : `${title}done${end}\n`;
  if (text === lastProgress) {
    return;
  }
  lastProgress = text;
  if (process.stdout.isTTY) {
    process.stdout.write(`\r${text}`);
  } else if (end !== "") {
    process.stdout.write(text);
  }
}

async function readOrMakeState(): Promise<DemoState> {
  mkdirSync(FOLDER, { recursive: true });
  try {
    return JSON.parse(readFileSync(STATE_FILE, "utf8")) as DemoState;
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
  writePrivateFile(STATE_FILE, state);
}
