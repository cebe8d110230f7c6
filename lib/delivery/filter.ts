import { z } from "zod";

import {
  decodeCursor,
  list,
  timeBound,
  PER_PAGE_CHOICES,
  type IgnoredParameter,
  type SearchParams,
  type TimeBound,
} from "@/lib/call/filter";
import { MAX_CALL_ID_LENGTH, QUARANTINE_REASONS, type QuarantineReason } from "@/lib/sarj/interpret";
import { addDays } from "@/lib/time/time";

import { VERDICTS, type Verdict } from "./verdict";

/** The filter of the delivery log. It lives in the URL under the names of `readers`. */
export type DeliveryFilter = {
  /** Lists are "any of"; empty means "all". */
  verdict: Verdict[];
  reason: QuarantineReason[];
  /** Labels of secrets: see `lib/sarj/secrets.ts`. */
  secret: string[];
  callId: string | null;
  /** Inclusive. */
  from: TimeBound | null;
  /** Exclusive: for a day the end of that day. */
  to: TimeBound | null;
};

/** The newest delivery is on top, always: a log has one order. */
export type DeliveryListView = { cursor: string | null; perPage: number };

export type ParsedDeliveryFilter = { filter: DeliveryFilter; view: DeliveryListView; ignored: IgnoredParameter[] };

export const NO_DELIVERY_FILTER: DeliveryFilter = {
  verdict: [],
  reason: [],
  secret: [],
  callId: null,
  from: null,
  to: null,
};

const DEFAULT_PER_PAGE = 50;

const readers = (zone: string) => ({
  verdict: list.pipe(z.array(z.enum(VERDICTS))),
  reason: list.pipe(z.array(z.enum(QUARANTINE_REASONS))),
  secret: list.pipe(z.array(z.string().regex(/^[0-9a-f]{8}$/))),
  call_id: z
    .string()
    .trim()
    .min(1)
    .max(MAX_CALL_ID_LENGTH)
    // The one character that Postgres refuses.
    .refine((text) => !text.includes("\u0000")),
  from: timeBound(zone, (date) => date),
  to: timeBound(zone, (date) => addDays(date, 1)),
  cursor: z
    .string()
    .max(400)
    .refine((text) => z.uuid().safeParse(decodeCursor(text)?.callId).success),
  per_page: z.coerce.number().pipe(z.union(PER_PAGE_CHOICES.map((choice) => z.literal(choice)))),
});

type Reader = keyof ReturnType<typeof readers>;
type Values = { [Name in Reader]?: z.infer<ReturnType<typeof readers>[Name]> };

/** Reads a URL's parameters. Never fails: what is unknown or cannot be read is left out and reported in `ignored`. */
export function parseDeliveryFilter(params: SearchParams, zone: string): ParsedDeliveryFilter {
  const ignored: IgnoredParameter[] = [];
  const values: Values = {};
  const known = readers(zone);
  for (const [name, raw] of Object.entries(params)) {
    const text = Array.isArray(raw) ? raw.join(",") : (raw ?? "");
    if (raw !== undefined && !Object.hasOwn(known, name)) {
      ignored.push({ name, value: text });
    } else if (text.trim() !== "") {
      const parsed = known[name as Reader].safeParse(text);
      if (parsed.success) {
        Object.assign(values, { [name]: parsed.data });
      } else {
        ignored.push({ name, value: text });
      }
    }
  }
  return {
    filter: {
      verdict: values.verdict ?? [],
      reason: values.reason ?? [],
      secret: values.secret ?? [],
      callId: values.call_id ?? null,
      from: values.from ?? null,
      to: values.to ?? null,
    },
    view: { cursor: values.cursor ?? null, perPage: values.per_page ?? DEFAULT_PER_PAGE },
    ignored,
  };
}

/** `/deliveries` with this filter, in one order and without defaults, so that equal filters give equal URLs. */
export function deliveriesHref(filter: DeliveryFilter, view: Partial<DeliveryListView> = {}) {
  const params = new URLSearchParams();
  const put = (name: Reader, value: string | null) => {
    if (value !== null && value !== "") {
      params.set(name, value);
    }
  };
  put("verdict", filter.verdict.join(","));
  put("reason", filter.reason.join(","));
  put("secret", filter.secret.join(","));
  put("call_id", filter.callId);
  put("from", filter.from?.text ?? null);
  put("to", filter.to?.text ?? null);
  put("per_page", view.perPage === undefined || view.perPage === DEFAULT_PER_PAGE ? null : String(view.perPage));
  put("cursor", view.cursor ?? null);
  // A comma separates the items of a list and needs no escape in a query.
  const query = params.toString().replaceAll("%2C", ",");
  return (query === "" ? "/deliveries" : `/deliveries?${query}`) as `/deliveries?${string}` | "/deliveries";
}

/** Whether anything narrows the log. */
export function isDeliveryFiltered(filter: DeliveryFilter): boolean {
  return deliveriesHref(filter) !== "/deliveries";
}
