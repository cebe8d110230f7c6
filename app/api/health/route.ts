import { readHealth } from "@/db/deliveries/health";
import { env } from "@/lib/env";
import { deliverySpool } from "@/server/ingest/delivery-spool";
import { heldCount } from "@/server/ingest/hold";

/** The application's health, for monitoring. Public, without personal data. 503 while the database is unavailable. */
export async function GET(): Promise<Response> {
  const health = await readHealth();
  const isUp = health !== null;
  return Response.json(
    {
      status: isUp ? "ok" : "degraded",
      database: isUp ? "ok" : "unavailable",
      last_delivery_at: health?.lastDeliveryAt?.toISOString() ?? null,
      quarantined: health?.quarantined ?? null,
      // For this process: the held requests and the deliveries on disk that wait for the database.
      held: heldCount(),
      spooled: deliverySpool()?.waiting ?? 0,
      version: env.APP_VERSION,
    },
    { status: isUp ? 200 : 503, headers: { "Cache-Control": "no-store" } },
  );
}
