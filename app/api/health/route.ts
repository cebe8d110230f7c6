import { env } from "@/lib/env";
import { readOperation } from "@/server/ingest/operation";

/** Anyone may ask for the health, so asking again and again must not read the folder of the spool each time. */
const READ_SPOOL_EVERY_MS = 1000;

/**
 * The application's health, for monitoring. Public, without personal data. 503 if this process can do nothing for a delivery or for a page:
 * while the database is unavailable, and while writes fail and there is no spool that takes deliveries meanwhile.
 */
export async function GET(): Promise<Response> {
  const { isServing, ...state } = await readOperation({ spoolMaxAgeMs: READ_SPOOL_EVERY_MS });
  return Response.json(
    { ...state, version: env.APP_VERSION },
    { status: isServing ? 200 : 503, headers: { "Cache-Control": "no-store" } },
  );
}
