/**
 * The reader of the bench: a process of its own for each database, because the connection pools belong to the URL in the environment. It runs the
 * product's own functions as the parent asks.
 */
import { listFacets } from "@/db/calls/facets";
import { countCalls, listCalls } from "@/db/calls/list";
import { countContacts, listContacts } from "@/db/contacts/list";
import { parseCallFilter } from "@/lib/call/filter";
import { DEFAULT_VIEW } from "@/lib/call/list-view";

/** `page`: the rows of one page. `all`: also the count and the menus' counts. Without `perPage` it is the default. */
export type Question = { query: string; what: "page" | "all"; cursor: string | null; perPage?: number };

/** `nextCursor`: of the page after it. `problem`: why there is no answer, such as a statement that took too long. */
export type Reply = { rows: number; nextCursor: string | null } | { problem: string };

process.on("message", (question: Question) => {
  void answer(question)
    .catch((error: Error) => ({ problem: (error.cause instanceof Error ? error.cause : error).message }))
    .then((reply: Reply) => process.send?.(reply));
});

async function answer({ query, what, cursor, perPage }: Question): Promise<Reply> {
  const { filter, view, ignored } = parseCallFilter(Object.fromEntries(new URLSearchParams(query)), "Asia/Riyadh");
  if (ignored.length > 0) {
    throw new Error(`The filter is not understood: ${query}`);
  }
  const page = { ...DEFAULT_VIEW, ...view, cursor, perPage: perPage ?? DEFAULT_VIEW.perPage };
  const isOfContacts = view.by === "contacts";
  const { rows, nextCursor } = isOfContacts ? await listContacts(filter, page) : await listCalls(filter, page);
  if (what === "all") {
    await (isOfContacts ? countContacts(filter) : countCalls(filter));
    await listFacets();
  }
  return { rows: rows.length, nextCursor };
}
