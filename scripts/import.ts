import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";

import { readCallIds } from "../lib/imports/id-list";
import { CommandError } from "./launcher/command-error";
import { DATA_FOLDERS } from "./launcher/data-folders";
import { Interrupted, listenForInterruption } from "./launcher/interruption";
import { prepareCommand } from "./launcher/prepare-command";
import { dim, runCommand } from "./launcher/terminal";

const HELP = `Fetches calls whose webhooks never arrived: calls from before Callboard, or lost in an outage.

  npm run import -- <file> [--column <name or number>]

The file holds the ids of calls: one on each line, or a table (CSV) with a column call_id, such as the vendor's export.
Use - for standard input. If this command ends early, Callboard continues the import while it runs.
`;

/** The command stores the ids in batches of this size. */
const BATCH_SIZE = 5000;
const DATA = DATA_FOLDERS.start;

await runCommand(async () => {
  const { file, column } = readArguments();
  const list = readList(file, column);
  const interruption = listenForInterruption(() => process.exit(1));
  await using stack = new AsyncDisposableStack();
  await prepareCommand(DATA, stack, ({ SARJ_API_KEY }) => {
    if (SARJ_API_KEY === undefined) {
      throw new CommandError("SARJ_API_KEY is not set. Calls are imported through the Sarj API, which needs it.");
    }
  });
  const id = await createImportOf(list.ids, file);
  try {
    await runImport(id, interruption.signal);
  } catch (error) {
    if (!(error instanceof Interrupted)) {
      throw error;
    }
    console.log("\nStopped. Callboard continues the import while it runs. Its page is under Settings, Import.");
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
    throw new CommandError(`${(error as Error).message}\n\n${HELP}`);
  }
}

function readList(file: string, column: string | undefined) {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === "-" ? 0 : resolve(process.env.CALLBOARD_HOME ?? "", file));
  } catch (error) {
    throw new CommandError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const text = new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(bytes);
  const list = readCallIds(text, column === undefined ? undefined : columnIndex(text, column));
  if (!list.ok) {
    if (list.problem === "which_column") {
      const names = list.columns.join(", ");
      throw new CommandError(`Which column of ${file} holds the call ids? Add --column with one of: ${names}`);
    }
    throw new CommandError(
      list.problem === "empty"
        ? `There are no call ids in ${file}.`
        : `${file} holds more than 100,000 ids. Split it into several files.`,
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

/** Returns the index of a column. `column` is its name, or its number counted from 1. */
function columnIndex(text: string, column: string): number {
  if (/^\d+$/.test(column)) {
    return Number(column) - 1;
  }
  const withoutColumn = readCallIds(text);
  const columns = !withoutColumn.ok && withoutColumn.problem === "which_column" ? withoutColumn.columns : [];
  const index = columns.indexOf(column);
  if (index === -1) {
    throw new CommandError(
      `There is no column ${column}.${columns.length > 0 ? ` The columns are ${columns.join(", ")}.` : ""}`,
    );
  }
  return index;
}

async function createImportOf(ids: readonly string[], file: string): Promise<string> {
  const { addImportItems, createImport } = await import("../db/imports/import");
  const id = randomUUID();
  await createImport({ id, source: "command", fileName: file === "-" ? null : basename(file), userId: null });
  for (let at = 0; at < ids.length; at += BATCH_SIZE) {
    await addImportItems(id, ids.slice(at, at + BATCH_SIZE));
  }
  return id;
}

/** Runs until no call of the import is pending and prints the progress. A running Callboard works on the same import at the same pace. */
async function runImport(id: string, interrupted: AbortSignal): Promise<void> {
  const [{ importDue }, { readKeyRefusal }, { getImport, listImportItems }] = await Promise.all([
    import("../server/jobs/import"),
    import("../server/vendor-api"),
    import("../db/imports/list"),
  ]);
  for (;;) {
    await importDue(2000);
    const summary = await getImport(id);
    if (summary === null) {
      throw new CommandError("Someone deleted the import.");
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
      throw new CommandError(
        `The Sarj API refuses the key (${keyRefusal.error}). The import continues when the API accepts it again.`,
      );
    }
    interrupted.throwIfAborted();
    await wait(500, undefined, { signal: interrupted }).catch(() => {});
    interrupted.throwIfAborted();
  }
}
