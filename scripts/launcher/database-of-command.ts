import { resolve } from "node:path";

import { startEmbeddedPostgres, urlOfEmbeddedPostgres } from "../postgres/embedded";
import { isCallboardRunning, takeRunLock } from "./run-lock";

/**
 * The URL of the embedded database, for a command that works beside a running Callboard or without one. If none is running, starts the database
 * until `stack` is disposed.
 */
export async function databaseOfCommand(dataFolder: string, stack: AsyncDisposableStack): Promise<string> {
  const directory = resolve(dataFolder, "postgres");
  if (isCallboardRunning(dataFolder)) {
    const url = urlOfEmbeddedPostgres(directory);
    if (url !== null) {
      return url;
    }
  }
  const lock = await takeRunLock(dataFolder, { url: "", onLeftover: () => {} });
  stack.defer(() => lock.release());
  const embedded = await startEmbeddedPostgres({ directory });
  stack.defer(() => embedded.stop());
  return embedded.url;
}
