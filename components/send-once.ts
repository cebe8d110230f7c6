import { headers } from "next/headers";
import { after } from "next/server";

import { ANSWER_HEADER } from "@/lib/http/answer-kind";
import { perProcess } from "@/lib/per-process";

import { type Sent, waitingValues } from "./sent";

/**
 * Makes a value for a client component that shows all of it with `useSentHtml`, so that a document contains it only as HTML. As an ordinary prop it
 * would be in the document twice: React sends the props of client components beside the HTML. If the answer is data for the router, the value
 * is in it.
 */
export async function sendOnce<T>(value: T): Promise<Sent<T>> {
  return (await answersHtml()) ? keepForHtml(value) : { value };
}

/** Whether the answer is a document; otherwise it is data for the router. */
export async function answersHtml(): Promise<boolean> {
  return (await headers()).get(ANSWER_HEADER) === "html";
}

/** `sendOnce` for an answer that is a document. Not async, for use in the rendering of a component. */
export function keepForHtml<T>(value: T): Sent<T> {
  // Unique in the process: with a name that two answers had, one person would see the rows of another.
  const names = perProcess("names of sent values", () => ({ last: 0 }));
  names.last += 1;
  const id = names.last.toString(36);
  try {
    after(() => waitingValues().delete(id));
  } catch {
    // On a platform without `waitUntil`, nothing would say when the value is no longer needed.
    return { value };
  }
  waitingValues().set(id, value);
  return { id };
}
