import { holding } from "@/app/_ingest/hold";
import { deliverySpool } from "@/app/_ingest/spool";
import { readHealth } from "@/db/health";
import { env } from "@/lib/env";

/** Whether the parts work, for monitors: open to all and without personal data. 503 when the database is away. */
export async function GET(): Promise<Response> {
  const health = await readHealth();
  const isUp = health !== null;
  return Response.json(
    {
      status: isUp ? "ok" : "degraded",
      database: isUp ? "ok" : "unavailable",
      last_delivery_at: health?.lastDeliveryAt?.toISOString() ?? null,
      quarantined: health?.quarantined ?? null,
      // Of this machine: requests that hold, and deliveries that wait on its disk, until the database is back.
      held: holding(),
      spooled: deliverySpool()?.waiting ?? 0,
      version: env.APP_VERSION,
    },
    { status: isUp ? 200 : 503, headers: { "Cache-Control": "no-store" } },
  );
}
