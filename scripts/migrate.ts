import { bringUpToDate } from "./launcher/outside-database";
import { loadEnvFiles } from "./launcher/settings";
import { command, Refusal, step } from "./launcher/terminal";

await command(async () => {
  loadEnvFiles("production");
  const databaseUrl = process.env.DATABASE_URL;
  if (!databaseUrl) {
    throw new Refusal("DATABASE_URL is not set: there is no database to bring up to date.");
  }
  const unreachable = await step("Bringing the database up to date", () => bringUpToDate(databaseUrl));
  if (unreachable !== null) {
    throw new Refusal(`The database on ${new URL(databaseUrl).hostname} cannot be reached (${unreachable}).`);
  }
});
