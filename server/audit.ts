import { headers } from "next/headers";

import { type NewAuditEvent, recordAuditEvent } from "@/db/privacy/audit";
import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";

type Actor = NonNullable<NewAuditEvent["actor"]>;

/** An event caused by a signed-in user, without the user and the address of the request, which are added here. */
export type UserEvent = Omit<NewAuditEvent, "actor" | "sourceIp">;

/** Writes an event of this request to the audit log. Throws if the database is unavailable. */
export async function recordUserEvent(user: Actor, event: UserEvent): Promise<void> {
  await recordAuditEvent(await buildUserEvent(user, event));
}

/** Builds an event without writing it, for a function of `db/` that writes it in the same transaction as the change. */
export async function buildUserEvent({ id, name, email }: Actor, event: UserEvent): Promise<NewAuditEvent> {
  return { actor: { id, name, email }, sourceIp: await requestAddress(), ...event };
}

/** The client's IP address of this request; null if no header is trusted or the header contains no address. */
export async function requestAddress(): Promise<string | null> {
  return clientIp(await headers(), env.CLIENT_IP_HEADER);
}
