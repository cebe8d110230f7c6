import { randomUUID } from "node:crypto";

import { headers } from "next/headers";
import { after } from "next/server";

import { ANSWER_HEADER } from "@/lib/http/answer-kind";

import { type Sent, waitingValues } from "./sent";

/**
 * Makes a value for a client component that shows all of it with `SentRows`, so that a document contains it only as HTML. As an ordinary prop it
 * would be in the document twice: React sends the props of client components beside the HTML. If the answer is data for the router, the value
 * is in it.
 */
export async function sendOnce<T>(value: T): Promise<Sent<T>> {
  if ((await headers()).get(ANSWER_HEADER) !== "html") {
    return { value };
  }
  const id = randomUUID().slice(0, 8);
  try {
    after(() => waitingValues().delete(id));
  } catch {
    // On a platform without `waitUntil`, nothing would say when the value is no longer needed.
    return { value };
  }
  waitingValues().set(id, value);
  return { id };
}
