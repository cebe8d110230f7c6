import { readAddress } from "./address";
import { CommandError } from "./command-error";
import { databaseOfCommand } from "./database-of-command";
import { checkEnvironment, completeEnvironment, loadEnvFiles } from "./environment";
import { migrateDatabase } from "./migrate-database";
import { readOrMakeSecrets } from "./secrets";

/**
 * Prepares a command that works on the database, beside a running Callboard or without one: completes `process.env`, finds the database (starts
 * the embedded one until `stack` is disposed) and migrates it. Only then can modules of `db/` and `server/` be imported, because `lib/env.ts` reads
 * `process.env` when it is loaded. Throws a `CommandError` if the database cannot be reached.
 *
 * @param check throws a `CommandError` if the command needs something that the environment lacks
 */
export async function prepareCommand(
  dataFolder: string,
  stack: AsyncDisposableStack,
  check: (env: NodeJS.Dict<string>) => void = () => {},
): Promise<void> {
  loadEnvFiles("production");
  const env = completeEnvironment(process.env, {
    address: readAddress(process.env),
    dataFolder,
    secrets: readOrMakeSecrets(dataFolder),
  });
  checkEnvironment(env);
  check(env);
  const { DATABASE_URL: url, DATABASE_OWNER_URL: ownerUrl = url } = env;
  const urls =
    url === undefined || ownerUrl === undefined
      ? await databaseOfCommand(dataFolder, stack)
      : { ownerUrl, applicationUrl: url };
  env.DATABASE_URL = urls.applicationUrl;
  const unreachable = await migrateDatabase(urls);
  if (unreachable !== null) {
    throw new CommandError(`The database cannot be reached (${unreachable}). Try again later.`);
  }
  Object.assign(process.env, env);
}
