import { perProcess } from "@/lib/per-process";

/** What `sendOnce` makes: the value itself, or the name under which it waits on the server for the rendering of the HTML. */
export type Sent<T> = { value: T } | { id: string };

/** The values of the answers that are being rendered, by name. Server components and the rendering of HTML are different bundles of one process. */
export function waitingValues(): Map<string, unknown> {
  return perProcess("sent-once", () => new Map<string, unknown>());
}

/** The value; null in the browser if the document contains it only as HTML. */
export function readSent<T>(sent: Sent<T>): T | null {
  if ("value" in sent) {
    return sent.value;
  }
  return typeof window === "undefined" ? (waitingValues().get(sent.id) as T) : null;
}
