import { type CallExport, exportCalls } from "@/db/calls/export";
import { countCalls } from "@/db/calls/list";
import { countContacts } from "@/db/contacts/list";
import { recordAuditEvent } from "@/db/privacy/audit";
import { parseCallFilter } from "@/lib/call/filter";
import { errorCode, log } from "@/lib/log";
import type { NumberAccess } from "@/lib/phone/access";
import { withoutNumberSearch } from "@/lib/phone/number-search";
import { callFilterDetail } from "@/lib/privacy/audit";
import { BYTE_ORDER_MARK, csvLines } from "@/lib/text/csv";
import { buildUserEvent, recordUserEvent } from "@/server/audit";
import { requireApi } from "@/server/auth/gates";
import { numberAccess, REVEAL } from "@/server/auth/viewer";
import { columnNames, exportFileName } from "@/server/export-columns";
import { lineWriter } from "@/server/export-lines";
import { getOrganization } from "@/server/organization";

/**
 * Exports the calls or the contacts of a list as CSV, for operators and administrators. Takes the list's parameters; `cursor` and `per_page` have no
 * effect. `bom=0` omits the byte order mark. Numbers that the user has to reveal are masked, unless the URL has `numbers=shown`. The header `X-Ignored-Parameters` lists the ignored parameters.
 */
export async function GET(request: Request): Promise<Response> {
  const gate = await requireApi("operator");
  if (!gate.ok) {
    return gate.response;
  }
  const [{ timeZone }, allowed] = await Promise.all([getOrganization(), numberAccess(gate.user)]);
  const { bom, [REVEAL.name]: numbers, ...params } = parametersOf(new URL(request.url).searchParams);
  const isRevealed = allowed === "revealable" && numbers === REVEAL.value;
  const access = isRevealed ? "shown" : allowed;
  // A search for a part of a number would tell what the file does not show.
  const searched = withoutNumberSearch(params, access);
  const { filter, view, ignored } = parseCallFilter(searched.params, timeZone);
  const isBomKnown = bom === undefined || bom === "0" || bom === "1";
  const ignoredNames = [...ignored.map(({ name }) => name), ...searched.removed, ...(isBomKnown ? [] : ["bom"])];

  // If the client disconnects before the first byte, the request's signal aborts; later, the stream's `cancel` is called.
  const disconnected = new AbortController();
  const signal = AbortSignal.any([request.signal, disconnected.signal]);
  let found: CallExport;
  let onEnd: (rows: number) => Promise<void> = async () => {};
  try {
    const { count, isBounded } = await (view.by === "contacts" ? countContacts(filter) : countCalls(filter));
    const detail = {
      ...callFilterDetail(filter),
      ...(view.by === "contacts" ? { by_contact: true } : {}),
      ...(isBounded ? { rows: "more" } : {}),
      // On pages, each revealed number is a separate event. The file reveals all numbers at once.
      ...(isRevealed ? { numbers: true } : {}),
    };
    await recordUserEvent(gate.user, { action: "calls_exported", rowCount: count, detail });
    found = await exportCalls(filter, view, isBounded, signal);
    if (isBounded) {
      // The exact number is known when all rows have been read.
      const event = await buildUserEvent(gate.user, { action: "calls_exported", detail: { ...detail, rows: "all" } });
      onEnd = (rowCount) => recordAuditEvent({ ...event, rowCount });
    }
  } catch (error) {
    log("warn", "export_failed", { error_code: errorCode(error) });
    return Response.json({ error: "unavailable" }, { status: 503, headers: { "cache-control": "no-store" } });
  }
  return new Response(
    csvStream(found, { timeZone, access, bom: bom !== "0", onEnd, onCancel: () => disconnected.abort() }),
    {
      headers: {
        "content-type": "text/csv; charset=utf-8; header=present",
        "content-disposition": `attachment; filename="${exportFileName(view.by, new Date(), timeZone, "csv")}"`,
        "cache-control": "no-store",
        ...(ignoredNames.length === 0
          ? {}
          : { "x-ignored-parameters": ignoredNames.map(encodeURIComponent).join(", ") }),
      },
    },
  );
}

function parametersOf(search: URLSearchParams): Record<string, string | undefined> {
  // The values of a repeated name are a list, as in a page's `searchParams`.
  return Object.fromEntries([...new Set(search.keys())].map((name) => [name, search.getAll(name).join(",")]));
}

/**
 * Produces the file as fast as the client reads it. Postgres already makes the next batch while one is on its way. An error aborts the download, so that
 * a partial file does not look complete.
 */
function csvStream(
  { variables, batches }: CallExport,
  {
    timeZone,
    access,
    bom,
    onEnd,
    onCancel,
  }: {
    timeZone: string;
    access: NumberAccess;
    bom: boolean;
    onEnd: (rows: number) => Promise<void>;
    onCancel: () => void;
  },
): ReadableStream<Uint8Array> {
  const header = `${bom ? BYTE_ORDER_MARK : ""}${csvLines([columnNames(variables, access)])}`;
  const linesOf = lineWriter({ variables, access, timeZone });
  let rows = 0;
  let next = ahead(batches);
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(header));
    },
    async pull(controller) {
      try {
        const { done, value: batch } = await next;
        if (done === true) {
          await onEnd(rows);
          controller.close();
          return;
        }
        next = ahead(batches);
        rows += batch.rows;
        controller.enqueue(await linesOf(batch));
      } catch (error) {
        log("warn", "export_broken_off", { error_code: errorCode(error) });
        // Not the original error: Next prints the error of a stream, and a driver's error contains data.
        controller.error(new Error("The export was aborted"));
      }
    },
    cancel() {
      onCancel();
    },
  });
}

/** The next batch, which nobody may ever wait for: a reader who goes away cancels it. */
function ahead<Value>(values: AsyncGenerator<Value, void>): Promise<IteratorResult<Value, void>> {
  const next = values.next();
  next.catch(() => {});
  return next;
}
