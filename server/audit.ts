import { headers } from "next/headers";

import { type NewAuditEvent, recordAuditEvent } from "@/db/privacy/audit";
import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";

type Actor = NonNullable<NewAuditEvent["actor"]>;
/** What happened, without who did it and from where. */
export type AuditEvent = Omit<NewAuditEvent, "actor" | "sourceIp">;

/** Records what this person does in this request, and from which address. Throws if the database cannot be reached. */
export async function audit(actor: Actor, event: AuditEvent): Promise<void> {
  await recordAuditEvent(await eventOf(actor, event));
}

/** The same event, for a function of `db/` that records it in the transaction of the change. */
export async function eventOf({ id, name, email }: Actor, event: AuditEvent): Promise<NewAuditEvent> {
  return { actor: { id, name, email }, sourceIp: await callerAddress(), ...event };
}

/** The address that this request comes from; null if no header can be trusted to tell it. */
export async function callerAddress(): Promise<string | null> {
  return clientIp(await headers(), env.CLIENT_IP_HEADER);
}
