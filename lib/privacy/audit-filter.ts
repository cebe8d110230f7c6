import { z } from "zod";

import {
  decodeCursor,
  list,
  timeBound,
  type IgnoredParameter,
  type SearchParams,
  type TimeBound,
} from "@/lib/call/filter";
import { addDays } from "@/lib/time/time";

import { AUDIT_ACTIONS, type AuditAction } from "./audit";

/** The filter of the audit log, in the URL under the names of `readers`. */
export type AuditFilter = {
  /** "Any of"; empty means all. */
  action: AuditAction[];
  /** A user's id. */
  actor: string | null;
  callId: string | null;
  /** Inclusive. */
  from: TimeBound | null;
  /** Exclusive: for a day the end of that day. */
  to: TimeBound | null;
};

export type ParsedAuditFilter = { filter: AuditFilter; cursor: string | null; ignored: IgnoredParameter[] };

const shortText = z
  .string()
  .trim()
  .min(1)
  .max(200)
  // The one character that Postgres refuses.
  .refine((text) => !text.includes("\u0000"));

const readers = (zone: string) => ({
  action: list.pipe(z.array(z.enum(AUDIT_ACTIONS))),
  actor: shortText,
  call_id: shortText,
  from: timeBound(zone, (date) => date),
  to: timeBound(zone, (date) => addDays(date, 1)),
  cursor: z
    .string()
    .max(400)
    .refine((text) => z.uuid().safeParse(decodeCursor(text)?.callId).success),
});

type Reader = keyof ReturnType<typeof readers>;
type Values = { [Name in Reader]?: z.infer<ReturnType<typeof readers>[Name]> };

/** Reads a URL's parameters. Never fails: what is unknown or cannot be read is left out and reported in `ignored`. */
export function parseAuditFilter(params: SearchParams, zone: string): ParsedAuditFilter {
  const ignored: IgnoredParameter[] = [];
  const values: Values = {};
  const known = readers(zone);
  for (const [name, raw] of Object.entries(params)) {
    const text = Array.isArray(raw) ? raw.join(",") : (raw ?? "");
    if (text.trim() === "") {
      continue;
    }
    const parsed = Object.hasOwn(known, name) ? known[name as Reader].safeParse(text) : null;
    if (parsed?.success) {
      Object.assign(values, { [name]: parsed.data });
    } else {
      ignored.push({ name, value: text });
    }
  }
  const { action = [], actor = null, call_id: callId = null, from = null, to = null, cursor = null } = values;
  return { filter: { action, actor, callId, from, to }, cursor, ignored };
}

/** The filter's parameters, in one order and without defaults. */
export function auditParams(filter: AuditFilter): URLSearchParams {
  const params = new URLSearchParams();
  const put = (name: Reader, value: string | null) => {
    if (value !== null && value !== "") {
      params.set(name, value);
    }
  };
  put("action", filter.action.join(","));
  put("actor", filter.actor);
  put("call_id", filter.callId);
  put("from", filter.from?.text ?? null);
  put("to", filter.to?.text ?? null);
  return params;
}
