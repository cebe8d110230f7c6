import { resolve } from "node:path";

import { startEmbeddedPostgres, urlsOfEmbeddedPostgres } from "../postgres/embedded";
import { isCallboardRunning, takeRunLock } from "./run-lock";

/**
 * The URLs of the embedded database, of its owner and of the application, for a command that works beside a running Callboard or without one. If none is running, starts the database
 * until `stack` is disposed.
 */
export async function databaseOfCommand(
  dataFolder: string,
  stack: AsyncDisposableStack,
): Promise<{ ownerUrl: string; applicationUrl: string }> {
  const directory = resolve(dataFolder, "postgres");
  if (isCallboardRunning(dataFolder)) {
    const urls = urlsOfEmbeddedPostgres(directory);
    if (urls !== null) {
      return urls;
    }
  }
  const lock = await takeRunLock(dataFolder, { url: "", onLeftover: () => {} });
  stack.defer(() => lock.release());
  const embedded = await startEmbeddedPostgres({ directory });
  stack.defer(() => embedded.stop());
  return embedded;
}
