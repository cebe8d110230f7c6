import type { ExportedCall } from "@/db/calls/export";
import type { Json } from "@/lib/call/facts";
import type { CallListView } from "@/lib/call/list-view";
import { maskNumberFor, maskTextFor, type NumberAccess } from "@/lib/phone/access";
import { isSilent } from "@/lib/text/silence";
import { toZonedIso } from "@/lib/time/time";

type ExportColumn = { name: string; read: (call: ExportedCall) => Json | Date };

/** Ids are the addresses of calls and contacts. */
const IDS: ReadonlySet<string> = new Set(["call_id", "contact_id"]);

/** Other programs read these names: add columns, but never rename or remove one. */
const CALL_COLUMNS: readonly ExportColumn[] = [
  { name: "call_id", read: (call) => call.callId },
  { name: "occurred_at", read: (call) => call.occurredAt },
  { name: "outcome", read: (call) => call.outcome },
  { name: "status", read: (call) => call.status },
  { name: "goal", read: (call) => call.goal },
  { name: "goal_reason", read: (call) => (isSilent(call.goalReason) ? null : call.goalReason) },
  { name: "phone_number", read: (call) => call.phoneNumber },
  { name: "customer_name", read: (call) => call.customerName },
  { name: "scenario_id", read: (call) => call.scenarioId },
  { name: "direction", read: (call) => call.direction },
  { name: "language", read: (call) => call.language },
  { name: "interaction_type", read: (call) => call.interactionType },
  { name: "duration_seconds", read: (call) => call.durationSeconds },
  { name: "created_at", read: (call) => call.createdAt },
  { name: "started_at", read: (call) => call.startedAt },
  { name: "ended_at", read: (call) => call.endedAt },
  { name: "first_received_at", read: (call) => call.firstReceivedAt },
  { name: "has_recording", read: (call) => call.hasRecording },
  { name: "reviewed_at", read: (call) => call.reviewedAt },
  { name: "is_test", read: (call) => call.isTest },
  { name: "contact_id", read: (call) => call.contactId },
  { name: "attempt", read: (call) => call.attempt },
  { name: "scheduled_at", read: (call) => call.scheduledAt },
  { name: "next_retry_at", read: (call) => call.nextRetryAt },
  { name: "state", read: (call) => call.state },
  { name: "attempts", read: (call) => call.attempts },
];

/** The columns of an export, as a user with this access sees them: the fixed columns, then one for each variable. */
export function exportColumns(variables: readonly string[], access: NumberAccess): ExportColumn[] {
  const ofCall = maskedVariablesFor(access);
  const variableColumns = variables.map((name) => ({
    name: maskTextFor(access, `variables.${name}`, null),
    read: (call: ExportedCall) => ofCall(call).get(name) ?? null,
  }));
  const callColumns = CALL_COLUMNS.map(({ name, read }) => ({
    name,
    read: (call: ExportedCall) => {
      const value = read(call);
      if (value instanceof Date || value === null || IDS.has(name)) {
        return value;
      }
      return name === "phone_number"
        ? maskNumberFor(access, String(value))
        : maskTextFor(access, value, call.phoneNumber);
    },
  }));
  return [...callColumns, ...variableColumns];
}

/** The variables of a call by name. They are masked together, because the parts of a number may be in several of them. */
function maskedVariablesFor(access: NumberAccess): (call: ExportedCall) => ReadonlyMap<string, Json> {
  const known = new WeakMap<ExportedCall, ReadonlyMap<string, Json>>();
  return (call) => {
    const found = known.get(call);
    if (found !== undefined) {
      return found;
    }
    const entries = Object.entries(call.variables ?? {});
    // Their names are masked in the head of the file.
    const unnamed = Object.fromEntries(entries.map(([, value], index) => [index, value]));
    const values = maskTextFor<Record<string, Json>>(access, unnamed, call.phoneNumber);
    const masked = new Map(entries.map(([name], index) => [name, values[index] ?? null]));
    known.set(call, masked);
    return masked;
  };
}

/** `callboard-calls-2026-11-23-1405-Asia-Riyadh.csv`: the local time of the export and its time zone. */
export function exportFileName(rows: CallListView["by"], now: Date, timeZone: string, extension: string): string {
  const [date = "", time = ""] = toZonedIso(now, timeZone).split("T");
  return `callboard-${rows}-${date}-${time.slice(0, 5).replace(":", "")}-${timeZone.replaceAll(/[^\w+-]/g, "-")}.${extension}`;
}
