import { readHealth } from "@/db/deliveries/health";
import { env } from "@/lib/env";
import { deliverySpool } from "@/server/ingest/delivery-spool";
import { heldCount } from "@/server/ingest/hold";

/** The application's health, for monitors. Public, and without personal data. 503 while the database is away. */
export async function GET(): Promise<Response> {
  const health = await readHealth();
  const isUp = health !== null;
  return Response.json(
    {
      status: isUp ? "ok" : "degraded",
      database: isUp ? "ok" : "unavailable",
      last_delivery_at: health?.lastDeliveryAt?.toISOString() ?? null,
      quarantined: health?.quarantined ?? null,
      // Of this machine: requests held, and deliveries on its disk, until the database is back.
      held: heldCount(),
      spooled: deliverySpool()?.waiting ?? 0,
      version: env.APP_VERSION,
    },
    { status: isUp ? 200 : 503, headers: { "Cache-Control": "no-store" } },
  );
}
