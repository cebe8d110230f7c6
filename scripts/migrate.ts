import { CommandError } from "./launcher/command-error";
import { loadEnvFiles } from "./launcher/environment";
import { migrateDatabase } from "./launcher/migrate-database";
import { runCommand, step } from "./launcher/terminal";

/** Applies the migrations to the database of DATABASE_URL, as the role of DATABASE_OWNER_URL if it is set. `npm run vercel-build` runs this before the build. */
await runCommand(async () => {
  loadEnvFiles("production");
  const databaseUrl = process.env.DATABASE_URL;
  if (!databaseUrl) {
    throw new CommandError("DATABASE_URL is not set: there is no database to migrate.");
  }
  const ownerUrl = process.env.DATABASE_OWNER_URL?.trim() || databaseUrl;
  const unreachable = await step("Migrating the database", () =>
    migrateDatabase({ ownerUrl, applicationUrl: databaseUrl }),
  );
  if (unreachable !== null) {
    throw new CommandError(`The database on ${new URL(databaseUrl).hostname} cannot be reached (${unreachable}).`);
  }
});
