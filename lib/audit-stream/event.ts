import { maskNumbersIn } from "@/lib/phone/mask";
import { type AuditDetail, auditDetailSchema } from "@/lib/privacy/audit";

/** An event of the audit log, as it is stored. */
export type StreamedEvent = {
  id: string;
  at: Date;
  action: string;
  actorId: string | null;
  actorName: string | null;
  actorEmail: string | null;
  callId: string | null;
  subject: string | null;
  rowCount: number | null;
  detail: unknown;
  sourceIp: string | null;
};

/**
 * An event as one line of JSON, without the line break. `id` is the same each time that an event is sent. Phone numbers are masked, as everywhere
 * outside the call itself. Only ASCII, with other characters escaped, so that the length in characters is the one in bytes and syslog needs no
 * byte order mark (RFC 5424, 6.4).
 */
export function eventLine(event: StreamedEvent): string {
  const detail = auditDetailSchema.safeParse(event.detail);
  const json = JSON.stringify({
    product: "callboard",
    id: event.id,
    time: event.at.toISOString(),
    action: event.action,
    actor:
      event.actorName === null && event.actorId === null
        ? null
        : { id: event.actorId, name: event.actorName, email: event.actorEmail },
    source_ip: event.sourceIp,
    call_id: masked(event.callId),
    subject: masked(event.subject),
    row_count: event.rowCount,
    detail: detail.success ? maskedDetail(detail.data) : null,
  });
  return json.replaceAll(
    /[^\u0020-\u007e]/g,
    (character) => String.raw`\u` + character.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

function masked(text: string | null): string | null {
  return text === null ? null : maskNumbersIn(text, null);
}

function maskedDetail(detail: AuditDetail): AuditDetail {
  return Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [name, typeof value === "string" ? masked(value) : value]),
  );
}
