import type { ReceivedDelivery } from "@/db/deliveries/record";
import { env } from "@/lib/env";
import { isAllowedAddress } from "@/lib/http/client-ip";
import { decodeBody } from "@/lib/sarj/body";
import { interpret, type Interpretation } from "@/lib/sarj/interpret";

/** What a delivery means, the address that it came from included. Never throws. */
export async function understand(received: ReceivedDelivery): Promise<Interpretation> {
  const decoded = await decodeBody(Buffer.from(received.body), received.contentEncoding);
  if (decoded === null) {
    return { understood: false, callId: "", reason: "undecodable" };
  }
  const meaning = interpret(decoded, received.receivedAt ?? new Date());
  return meaning.understood && !isAllowedAddress(received.sourceIp, env.SARJ_WEBHOOK_ALLOWED_IPS)
    ? { understood: false, callId: meaning.callId, reason: "unexpected_address" }
    : meaning;
}
