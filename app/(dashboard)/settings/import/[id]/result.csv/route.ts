import { z } from "zod";

import { getImport, listImportItems } from "@/db/imports/list";
import { errorCode, log } from "@/lib/log";
import { BYTE_ORDER_MARK, csvLines } from "@/lib/text/csv";
import { toZonedIso } from "@/lib/time/time";
import { requireApi } from "@/server/auth/gates";
import { getOrganization } from "@/server/organization";

const PER_READ = 2000;

/** Exports the result of each call of an import as CSV: `call_id`, `result` and `reason` (codes), `attempts`, `done_at`. */
export async function GET(
  _request: Request,
  { params }: RouteContext<"/settings/import/[id]/result.csv">,
): Promise<Response> {
  const gate = await requireApi("administrator");
  if (!gate.ok) {
    return gate.response;
  }
  const id = z.uuid().safeParse((await params).id);
  try {
    const summary = id.success ? await getImport(id.data) : null;
    if (summary === null) {
      return Response.json({ error: "not_found" }, { status: 404, headers: { "Cache-Control": "no-store" } });
    }
    const { timeZone } = await getOrganization();
    return new Response(stream(lines(summary.id, timeZone)), {
      headers: {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": `attachment; filename="import-${summary.id}.csv"`,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
      },
    });
  } catch (error) {
    log("error", "import_result_unavailable", { error_code: errorCode(error) });
    return Response.json({ error: "unavailable" }, { status: 503, headers: { "Cache-Control": "no-store" } });
  }
}

/** Reads rows only as fast as the client reads the response, and stops when the client disconnects. */
function stream(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await texts.next();
      if (done) {
        controller.close();
      } else {
        controller.enqueue(encoder.encode(value));
      }
    },
    async cancel() {
      await texts.return(undefined);
    },
  });
}

async function* lines(id: string, zone: string): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLines([["call_id", "result", "reason", "attempts", "done_at"]]);
  for (let after = 0; ;) {
    const items = await listImportItems(id, { state: null, after, limit: PER_READ });
    yield csvLines(
      items.map(({ callId, state, error, attempts, doneAt }) => [
        callId,
        state,
        error,
        attempts,
        doneAt === null ? null : toZonedIso(doneAt, zone),
      ]),
    );
    const last = items.at(-1);
    if (items.length < PER_READ || last === undefined) {
      return;
    }
    after = last.position;
  }
}
