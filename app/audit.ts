import { headers } from "next/headers";

import { type AuditEntry, recordAudit } from "@/db/audit";
import { clientIp } from "@/lib/client-ip";
import { env } from "@/lib/env";

/** Writes down what somebody does in this request, and from where. Throws where the database is away. */
export async function audit(
  actor: NonNullable<AuditEntry["actor"]>,
  entry: Omit<AuditEntry, "actor" | "sourceIp">,
): Promise<void> {
  const { id, name, email } = actor;
  await recordAudit({ actor: { id, name, email }, sourceIp: await callerAddress(), ...entry });
}

/** Where this request comes from; null where no address can be believed. */
export async function callerAddress(): Promise<string | null> {
  return clientIp(await headers(), env.CLIENT_IP_HEADER);
}
