import { z } from "zod";

import { commaList } from "@/lib/url/comma-list";
import { uuidCursorText } from "@/lib/url/cursor";
import {
  type IgnoredParameter,
  parametersOf,
  postgresText,
  readParameters,
  type SearchParams,
} from "@/lib/url/parameters";
import { type TimeBound, timeBounds } from "@/lib/url/time-bound";

import { AUDIT_ACTIONS, type AuditAction } from "./audit";

/** The filter of the audit log. `readers` lists its URL parameters. */
export type AuditFilter = {
  /** Events with any of these actions; empty means all. */
  action: AuditAction[];
  /** A user's id. */
  actor: string | null;
  callId: string | null;
  /** Inclusive. */
  from: TimeBound | null;
  /** Exclusive. A date means the end of that day. */
  to: TimeBound | null;
};

type ParsedAuditFilter = { filter: AuditFilter; cursor: string | null; ignored: IgnoredParameter[] };

const shortText = postgresText.trim().min(1).max(200);

const readers = (zone: string) => ({
  action: commaList.pipe(z.array(z.enum(AUDIT_ACTIONS))),
  actor: shortText,
  call_id: shortText,
  ...timeBounds(zone),
  cursor: uuidCursorText,
});

/** Parses URL parameters. Never throws: unknown names and invalid values are omitted and reported in `ignored`. */
export function parseAuditFilter(params: SearchParams, zone: string): ParsedAuditFilter {
  const { values, ignored } = readParameters(params, readers(zone));
  const { action = [], actor = null, call_id: callId = null, from = null, to = null, cursor = null } = values;
  return { filter: { action, actor, callId, from, to }, cursor, ignored };
}

/** The URL parameters of a filter, in a fixed order and without defaults. */
export function auditFilterParams(filter: AuditFilter): URLSearchParams {
  return parametersOf({
    action: filter.action.join(","),
    actor: filter.actor,
    call_id: filter.callId,
    from: filter.from?.text ?? null,
    to: filter.to?.text ?? null,
  });
}
