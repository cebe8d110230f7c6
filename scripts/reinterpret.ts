import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";

import { CommandError } from "./launcher/command-error";
import { DATA_FOLDERS } from "./launcher/data-folders";
import { Interrupted, listenForInterruption } from "./launcher/interruption";
import { prepareCommand } from "./launcher/prepare-command";
import { runCommand } from "./launcher/terminal";

const HELP = `Reads all stored deliveries and answers of the Sarj API again with the rules of this version of Callboard.

  npm run reinterpret

What people decided stays, and doing it again changes nothing. After an upgrade that changes the rules, Callboard does it by itself. If this
command ends early, Callboard continues while it runs.
`;

const DATA = DATA_FOLDERS.start;

await runCommand(async () => {
  readArguments();
  const interruption = listenForInterruption(() => process.exit(1));
  await using stack = new AsyncDisposableStack();
  await prepareCommand(DATA, stack);
  try {
    await reinterpret(interruption.signal);
  } catch (error) {
    if (!(error instanceof Interrupted)) {
      throw error;
    }
    console.log("\nStopped. Callboard continues while it runs. Its page of deliveries shows the progress.");
  }
});
process.exit(process.exitCode ?? 0);

function readArguments(): void {
  try {
    if (parseArgs({ options: { help: { type: "boolean", short: "h" } } }).values.help === true) {
      console.log(HELP);
      process.exit(0);
    }
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${HELP}`);
  }
}

/** Works until everything is read and prints the progress. If another process is working on it, only prints. */
async function reinterpret(interrupted: AbortSignal): Promise<void> {
  const [{ reinterpretDue, requestReinterpretation }, { readReinterpretation }] = await Promise.all([
    import("../server/jobs/reinterpret"),
    import("../db/reinterpretation/progress"),
  ]);
  await requestReinterpretation();
  for (;;) {
    await reinterpretDue(2000);
    const state = await readReinterpretation();
    if (state === null) {
      throw new CommandError("The progress is gone: someone emptied the database.");
    }
    const line = `${state.done} of ${Math.max(state.done, state.total)} read${state.failed > 0 ? `, ${state.failed} failed` : ""}`;
    process.stdout.write(process.stdout.isTTY ? `\r\u001B[K${line}` : `${line}\n`);
    if (state.finishedAt !== null) {
      process.stdout.write(process.stdout.isTTY ? "\n" : "");
      process.exitCode = state.failed > 0 ? 1 : 0;
      return;
    }
    interrupted.throwIfAborted();
    await wait(500, undefined, { signal: interrupted }).catch(() => {});
    interrupted.throwIfAborted();
  }
}
