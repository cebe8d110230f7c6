import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";

import { readCallIds } from "../lib/call/id-list";
import { Interrupted, listenForInterruption } from "./launcher/interruption";
import { bringUpToDate } from "./launcher/outside-database";
import { isCallboardRunning, takeRunLock } from "./launcher/run-lock";
import { DATA_FOLDERS } from "./launcher/serve";
import {
  completeEnvironment,
  loadEnvFiles,
  readAddress,
  readOrMakeSecrets,
  refuseBadEnvironment,
} from "./launcher/settings";
import { command, dim, Refusal } from "./launcher/terminal";
import { startEmbeddedPostgres, urlOfEmbeddedPostgres } from "./postgres/embedded";

const HELP = `Fetches calls that no webhook told of: from before Callboard, or lost in an outage.

  npm run import -- <file> [--column <name or number>]

The file holds the ids of calls: one a line, or a table (CSV) with a column call_id, such as the vendor's export. - reads
standard input. What is not done when this ends goes on by itself while Callboard runs.
`;

/** The list goes into the database in parts of this size. */
const IDS_A_PART = 5000;
const DATA = DATA_FOLDERS.start;

await command(async () => {
  const { file, column } = readArguments();
  const list = readList(file, column);
  loadEnvFiles("production");
  const interruption = listenForInterruption(() => process.exit(1));
  await using stack = new AsyncDisposableStack();
  const env = completeEnvironment(process.env, {
    address: readAddress(process.env),
    dataFolder: DATA,
    secrets: readOrMakeSecrets(DATA),
  });
  refuseBadEnvironment(env);
  if (env.SARJ_API_KEY === undefined) {
    throw new Refusal("SARJ_API_KEY is not set: calls are imported by the Sarj API.");
  }
  env.DATABASE_URL ??= await embeddedDatabase(stack);
  const unreachable = await bringUpToDate(env.DATABASE_URL);
  if (unreachable !== null) {
    throw new Refusal(`The database cannot be reached (${unreachable}). Try again when it is back.`);
  }
  // From here on `lib/env.ts` reads what was completed above.
  Object.assign(process.env, env);
  const id = await begin(list.ids, file);
  try {
    await workOff(id, interruption.signal);
  } catch (error) {
    if (!(error instanceof Interrupted)) {
      throw error;
    }
    console.log("\nStopped. What is left goes on by itself while Callboard runs; its page is under Settings, Import.");
  }
});
process.exit(process.exitCode ?? 0);

function readArguments(): { file: string; column: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { column: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
    const [file] = positionals;
    if (values.help === true || file === undefined || positionals.length > 1) {
      console.log(HELP);
      process.exit(values.help === true ? 0 : 2);
    }
    return { file, column: values.column };
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n\n${HELP}`);
  }
}

function readList(file: string, column: string | undefined) {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    throw new Refusal(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const text = new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(bytes);
  const list = readCallIds(text, column === undefined ? undefined : columnIndex(text, column));
  if (!list.ok) {
    if (list.problem === "which_column") {
      const names = list.columns.join(", ");
      throw new Refusal(`Which column of ${file} holds the call ids? Say --column with one of: ${names}`);
    }
    throw new Refusal(
      list.problem === "empty" ? `There are no call ids in ${file}.` : `${file} holds more than 100,000 ids: split it.`,
    );
  }
  const notes = [
    `${list.ids.length} calls`,
    ...(list.column === null ? [] : [`from the column ${list.column}`]),
    ...(list.repeated === 0 ? [] : [`${list.repeated} repeated ids left out`]),
    ...(list.rejected.length === 0 ? [] : [`${list.rejected.length} lines without a usable id`]),
  ];
  console.log(`${notes.join(", ")}.`);
  for (const { line, text: wrong } of list.rejected.slice(0, 10)) {
    console.log(dim(`  line ${line}: ${wrong}`));
  }
  return list;
}

/** A column by its name, or by its number from 1. */
function columnIndex(text: string, column: string): number {
  if (/^\d+$/.test(column)) {
    return Number(column) - 1;
  }
  const unguided = readCallIds(text);
  const columns = !unguided.ok && unguided.problem === "which_column" ? unguided.columns : [];
  const index = columns.indexOf(column);
  if (index === -1) {
    throw new Refusal(`There is no column ${column}${columns.length > 0 ? ` among ${columns.join(", ")}` : ""}.`);
  }
  return index;
}

/** The one that a running Callboard has started, else one that runs as long as this command. */
async function embeddedDatabase(stack: AsyncDisposableStack): Promise<string> {
  const directory = resolve(DATA, "postgres");
  if (isCallboardRunning(DATA)) {
    const url = urlOfEmbeddedPostgres(directory);
    if (url !== null) {
      return url;
    }
  }
  const lock = await takeRunLock(DATA, { url: "", onLeftover: () => {} });
  stack.defer(() => lock.release());
  const embedded = await startEmbeddedPostgres({ directory });
  stack.defer(() => embedded.stop());
  return embedded.url;
}

async function begin(ids: readonly string[], file: string): Promise<string> {
  const { addImportItems, createImport } = await import("../db/imports/import");
  const id = randomUUID();
  await createImport({ id, source: "command", fileName: file === "-" ? null : basename(file), userId: null });
  for (let at = 0; at < ids.length; at += IDS_A_PART) {
    await addImportItems(id, ids.slice(at, at + IDS_A_PART));
  }
  return id;
}

/** Works until nothing of the import is left, with a line of progress. A running Callboard works on it too, at the same pace. */
async function workOff(id: string, interrupted: AbortSignal): Promise<void> {
  const [{ importDue }, { readKeyRefusal }, { getImport, listImportItems }] = await Promise.all([
    import("../server/jobs/import"),
    import("../server/vendor-api"),
    import("../db/imports/list"),
  ]);
  for (;;) {
    await importDue(2000);
    const summary = await getImport(id);
    if (summary === null) {
      throw new Refusal("The import was deleted meanwhile.");
    }
    const { counts, total } = summary;
    const line = `${total - counts.pending} of ${total}: ${counts.imported} imported, ${counts.already_there} already there, ${counts.not_found} not found, ${counts.failed} failed`;
    process.stdout.write(process.stdout.isTTY ? `\r\u001B[K${line}` : `${line}\n`);
    if (counts.pending === 0) {
      process.stdout.write(process.stdout.isTTY ? "\n" : "");
      const failed = await listImportItems(id, { state: "failed", after: 0, limit: 20 });
      for (const { callId, error } of failed) {
        console.log(`  ${callId}: ${error ?? "unknown"}`);
      }
      process.exitCode = counts.failed > 0 ? 1 : 0;
      return;
    }
    const keyRefusal = await readKeyRefusal();
    if (keyRefusal !== null) {
      throw new Refusal(
        `The Sarj API refuses the key (${keyRefusal.error}). The import goes on when it is accepted again.`,
      );
    }
    interrupted.throwIfAborted();
    await wait(500, undefined, { signal: interrupted }).catch(() => {});
    interrupted.throwIfAborted();
  }
}
