import { headers } from "next/headers";

import { type NewAuditEvent, recordAuditEvent } from "@/db/privacy/audit";
import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";

type Actor = NonNullable<NewAuditEvent["actor"]>;
type Happening = Omit<NewAuditEvent, "actor" | "sourceIp">;

/** Writes down what somebody does in this request, and from where. Throws where the database is away. */
export async function audit(actor: Actor, entry: Happening): Promise<void> {
  await recordAuditEvent(await eventOf(actor, entry));
}

/** The same event, for who writes it in the transaction of the change itself. */
export async function eventOf({ id, name, email }: Actor, entry: Happening): Promise<NewAuditEvent> {
  return { actor: { id, name, email }, sourceIp: await callerAddress(), ...entry };
}

/** Where this request comes from; null where no address can be believed. */
export async function callerAddress(): Promise<string | null> {
  return clientIp(await headers(), env.CLIENT_IP_HEADER);
}
