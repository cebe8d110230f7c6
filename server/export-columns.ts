import { EXPORT_FIELDS, type ExportKind } from "@/db/calls/export";
import type { Json } from "@/lib/call/facts";
import type { CallListView } from "@/lib/call/list-view";
import { maskNumberFor, maskTextFor, type NumberAccess } from "@/lib/phone/access";
import { isSilent } from "@/lib/text/silence";
import { toZonedIso } from "@/lib/time/time";

/** The fields of a row that have a column of their own. Each variable has one after them. */
export const CALL_COLUMNS = EXPORT_FIELDS.filter(({ name }) => name !== "variables" && name !== "last_at");

/** The names of the columns of an export, as a user with this access sees them: the fixed columns, then one for each variable. */
export function columnNames(variables: readonly string[], access: NumberAccess): string[] {
  return [
    ...CALL_COLUMNS.map(({ name }) => name),
    ...variables.map((name) => maskTextFor(access, `variables.${name}`, null)),
  ];
}

/** A value of a column as a user with this access sees it. Instants are shown to everyone. */
export function shownValue<Value extends Json>(
  kind: ExportKind,
  value: Value,
  access: NumberAccess,
  phoneNumber: string | null,
): Json {
  switch (kind) {
    case "id":
      // Ids are the addresses of calls and contacts.
      return value;
    case "number":
      return value === null ? null : maskNumberFor(access, String(value));
    case "reason":
      return isSilent(value) ? null : maskTextFor(access, value, phoneNumber);
    default:
      return maskTextFor(access, value, phoneNumber);
  }
}

/** The variables of a call by name, as shown. They are masked together, because the parts of a number may be in several of them. */
export function shownVariables(
  variables: Record<string, Json>,
  access: NumberAccess,
  phoneNumber: string | null,
): Map<string, Json> {
  const entries = Object.entries(variables);
  // Their names are masked in the head of the file.
  const unnamed = Object.fromEntries(entries.map(([, value], index) => [index, value]));
  const values = maskTextFor<Record<string, Json>>(access, unnamed, phoneNumber);
  return new Map(entries.map(([name], index) => [name, values[index] ?? null]));
}

/** `callboard-calls-2026-11-23-1405-Asia-Riyadh.csv`: the local time of the export and its time zone. */
export function exportFileName(rows: CallListView["by"], now: Date, timeZone: string, extension: string): string {
  const [date = "", time = ""] = toZonedIso(now, timeZone).split("T");
  return `callboard-${rows}-${date}-${time.slice(0, 5).replace(":", "")}-${timeZone.replaceAll(/[^\w+-]/g, "-")}.${extension}`;
}
