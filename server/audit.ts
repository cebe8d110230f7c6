import { headers } from "next/headers";

import { type NewAuditEvent, recordAuditEvent } from "@/db/privacy/audit";
import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";

type Actor = NonNullable<NewAuditEvent["actor"]>;

/** What a signed-in user does. The user and the address of the request are added here. */
export type UserEvent = Omit<NewAuditEvent, "actor" | "sourceIp">;

/** Writes what the user does in this request to the audit log. Throws where the database cannot be reached. */
export async function recordUserEvent(user: Actor, event: UserEvent): Promise<void> {
  await recordAuditEvent(await buildUserEvent(user, event));
}

/** Builds the same event without writing it, for a function of `db/` that writes it in the transaction of the change. */
export async function buildUserEvent({ id, name, email }: Actor, event: UserEvent): Promise<NewAuditEvent> {
  return { actor: { id, name, email }, sourceIp: await requestAddress(), ...event };
}

/** The client's IP address of this request; null where no header is trusted or it contains none. */
export async function requestAddress(): Promise<string | null> {
  return clientIp(await headers(), env.CLIENT_IP_HEADER);
}
