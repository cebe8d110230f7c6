import { exportAudit } from "@/db/privacy/audit";
import { auditFilterParams, parseAuditFilter, type AuditFilter } from "@/lib/privacy/audit-filter";
import { BYTE_ORDER_MARK, csvLines } from "@/lib/text/csv";
import { toZonedIso } from "@/lib/time/time";
import { recordUserEvent } from "@/server/audit";
import { requireApi } from "@/server/auth/gates";
import { getOrganization } from "@/server/organization";

const COLUMNS = ["at", "actor_name", "actor_email", "action", "call_id", "subject", "row_count", "detail", "source_ip"];

/** Exports the filtered audit log as CSV. Records the export in the audit log first. For administrators. */
export async function GET(request: Request): Promise<Response> {
  const gate = await requireApi("administrator");
  if (!gate.ok) {
    return gate.response;
  }
  const { timeZone } = await getOrganization();
  const params = Object.fromEntries(new URL(request.url).searchParams);
  const { filter } = parseAuditFilter(params, timeZone);
  try {
    await recordUserEvent(gate.user, {
      action: "audit_exported",
      detail: Object.fromEntries(auditFilterParams(filter)),
    });
  } catch {
    return Response.json({ error: "unavailable" }, { status: 503 });
  }
  return new Response(csvStream(filter, timeZone), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="audit.csv"',
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

function csvStream(filter: AuditFilter, zone: string): ReadableStream<Uint8Array> {
  const parts = csvParts(filter, zone);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) {
        controller.close();
      } else {
        controller.enqueue(value);
      }
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
}

async function* csvParts(filter: AuditFilter, zone: string): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(BYTE_ORDER_MARK + csvLines([COLUMNS]));
  for await (const rows of exportAudit(filter)) {
    const records = rows.map((row) => [
      toZonedIso(row.at, zone),
      row.actorName,
      row.actorEmail,
      row.action,
      row.callId,
      row.subject,
      row.rowCount,
      row.detail === null ? "" : JSON.stringify(row.detail),
      row.sourceIp,
    ]);
    yield encoder.encode(csvLines(records));
  }
}
