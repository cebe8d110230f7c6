/**
 * A new id of a request: a UUID of version 7 (RFC 9562, 5.7), which begins with the time. So the index of deliveries by id grows at its end; with random
 * ids, each delivery would change another page of it.
 */
export function newRequestId(now = Date.now()): string {
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}
