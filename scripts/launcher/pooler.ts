import { keepsLimits } from "../../db/driver/session-limits";
import { asPooled, readDatabaseUrl } from "../../lib/url/database-url";

/**
 * The URL for the web server. If a session does not get its time limits, there is a transaction pooler that the URL does not name: then the
 * URL says so, and every statement sets its limits for itself. Leaves a database that cannot be reached as it is.
 */
export async function namePooler(databaseUrl: string): Promise<string> {
  if (readDatabaseUrl(databaseUrl)?.isPooled !== false) {
    return databaseUrl;
  }
  const isKept = await keepsLimits(databaseUrl, process.env.DATABASE_CA || undefined).catch(() => true);
  if (isKept) {
    return databaseUrl;
  }
  console.warn(
    "DATABASE_URL leads to a pooler that drops time limits. It is used like one with pgbouncer=true in its URL.",
  );
  return asPooled(databaseUrl);
}
