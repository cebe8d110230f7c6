import { readAddress } from "./launcher/address";
import { build, DIST, isBuilt } from "./launcher/build";
import { CommandError } from "./launcher/command-error";
import { describeRunning, replaceRunning } from "./launcher/control";
import { DATA_FOLDERS } from "./launcher/data-folders";
import { checkEnvironment, completeEnvironment, loadEnvFiles } from "./launcher/environment";
import { listenForInterruption } from "./launcher/interruption";
import { migrateDatabase } from "./launcher/migrate-database";
import { namePooler } from "./launcher/pooler";
import { readOrMakeSecrets } from "./launcher/secrets";
import { runCommand, step } from "./launcher/terminal";
import { version } from "./launcher/version";
import { startProgram } from "./launcher/web-program";

/**
 * `npm run upgrade` hands a running `npm start` over to this version. `bootstrap.mjs` has copied the project to a folder of its own, in which this
 * runs, so that nothing changes below the running version. It keeps its port and answers until the new version does.
 */
await runCommand(async () => {
  const dataFolder = DATA_FOLDERS.start;
  const interruption = listenForInterruption(() => process.exit(1));
  const running = await describeRunning(dataFolder);
  takeEnvironment(running.given);
  loadEnvFiles("production");

  const address = readAddress(process.env);
  if (address.port !== running.port || address.host !== running.host) {
    throw new CommandError(
      `PORT or HOST has changed: Callboard listens on ${running.host} port ${running.port}. Such a change needs a restart: stop it, then npm start.`,
    );
  }
  const env = completeEnvironment(
    { ...process.env, APP_VERSION: version() },
    { address, dataFolder, secrets: readOrMakeSecrets(dataFolder) },
  );
  checkEnvironment(env);
  const { DATABASE_URL: url, DATABASE_OWNER_URL: ownerUrl = url, ...rest } = env;
  const urls = url === undefined || ownerUrl === undefined ? running.embedded : { ownerUrl, applicationUrl: url };
  if (urls === null) {
    throw new CommandError(
      "DATABASE_URL is not set any more, and the running Callboard has no embedded database. Such a change needs a restart: stop it, then npm start.",
    );
  }

  if (!isBuilt(DIST)) {
    await step("Building", () => build(DIST, { signal: interruption.signal }));
    interruption.throwIfInterrupted();
  }
  const unreachable = await step("Migrating the database", () => migrateDatabase(urls));
  if (unreachable !== null) {
    throw new CommandError(`The database cannot be reached (${unreachable}). Try again later.`);
  }
  interruption.throwIfInterrupted();
  const databaseUrl = url === undefined ? urls.applicationUrl : await namePooler(url);
  await step("Handing over to the new version", () =>
    replaceRunning(dataFolder, startProgram(address, { ...rest, DATABASE_URL: databaseUrl })),
  );
  console.log(`Callboard ${env.APP_VERSION} is running now. No request was refused meanwhile.`);
  process.exit(0);
});

/** Replaces the variables of this terminal by those that the running command was started with, such as those of its service. */
function takeEnvironment(given: Record<string, string>): void {
  const own = new Set(["PATH", "CALLBOARD_HOME", "CALLBOARD_DATA_FOLDER"]);
  for (const name of Object.keys(process.env).filter((entry) => !own.has(entry))) {
    delete process.env[name];
  }
  for (const [name, value] of Object.entries(given).filter(([name]) => !own.has(name))) {
    process.env[name] = value;
  }
}
