import { headers } from "next/headers";
import { notFound } from "next/navigation";
import type { ReactElement } from "react";

import { setResponseStatus } from "@/lib/http/response-status";

/**
 * Answers a page with 404. Return its result from the page, with the content of the nearest `not-found.tsx` as `message`, before the first
 * `<Suspense>`: `return answerNotFound(<CallNotFound />)`. The message is then in the HTML itself, so it also shows without scripts. On
 * platforms where a page cannot set its status, `notFound()` shows it with a script.
 */
export async function answerNotFound(message: ReactElement): Promise<ReactElement> {
  if (setResponseStatus(await headers(), 404)) {
    return message;
  }
  notFound();
}
