import { z } from "zod";

import { PER_PAGE_CHOICES } from "@/lib/call/list-view";
import { MAX_CALL_ID_LENGTH } from "@/lib/sarj/call-id";
import { commaList } from "@/lib/url/comma-list";
import { uuidCursorText } from "@/lib/url/cursor";
import {
  hrefWith,
  type IgnoredParameter,
  parametersOf,
  postgresText,
  readParameters,
  type SearchParams,
} from "@/lib/url/parameters";
import { type TimeBound, timeBounds } from "@/lib/url/time-bound";

import { QUARANTINE_REASONS, type QuarantineReason } from "./quarantine-reason";
import { VERDICTS, type Verdict } from "./verdict";

/** The filter of the delivery log. `readers` lists its URL parameters. */
export type DeliveryFilter = {
  /** Lists are "any of"; empty means "all". */
  verdict: Verdict[];
  reason: QuarantineReason[];
  /** Labels of secrets: see `lib/sarj/secrets.ts`. */
  secret: string[];
  callId: string | null;
  /** One flag, as stored: see `flags.ts`. */
  flag: string | null;
  /** Inclusive. */
  from: TimeBound | null;
  /** Exclusive. A date means the end of that day. */
  to: TimeBound | null;
};

/** The log has one order, newest first, so the view has no sort. */
export type DeliveryListView = { cursor: string | null; perPage: number };

type ParsedDeliveryFilter = { filter: DeliveryFilter; view: DeliveryListView; ignored: IgnoredParameter[] };

export const NO_DELIVERY_FILTER: DeliveryFilter = {
  verdict: [],
  reason: [],
  secret: [],
  callId: null,
  flag: null,
  from: null,
  to: null,
};

/** Longer than any flag: a path of known fields, and at most 200 characters of the vendor's. */
const MAX_FLAG_LENGTH = 500;

const DEFAULT_PER_PAGE = 50;

/** The page sizes that the URL accepts. */
const PER_PAGE = PER_PAGE_CHOICES.map(String);

const readers = (zone: string) => ({
  verdict: commaList.pipe(z.array(z.enum(VERDICTS))),
  reason: commaList.pipe(z.array(z.enum(QUARANTINE_REASONS))),
  secret: commaList.pipe(z.array(z.string().regex(/^[0-9a-f]{8}$/))),
  call_id: postgresText.trim().min(1).max(MAX_CALL_ID_LENGTH),
  flag: postgresText.trim().min(1).max(MAX_FLAG_LENGTH),
  ...timeBounds(zone),
  cursor: uuidCursorText,
  per_page: z.enum(PER_PAGE).transform(Number),
});

/** Reads the URL parameters. Never throws: unknown and invalid parameters are skipped and reported in `ignored`. */
export function parseDeliveryFilter(params: SearchParams, zone: string): ParsedDeliveryFilter {
  const { values, ignored } = readParameters(params, readers(zone));
  return {
    filter: {
      verdict: values.verdict ?? [],
      reason: values.reason ?? [],
      secret: values.secret ?? [],
      callId: values.call_id ?? null,
      flag: values.flag ?? null,
      from: values.from ?? null,
      to: values.to ?? null,
    },
    view: { cursor: values.cursor ?? null, perPage: values.per_page ?? DEFAULT_PER_PAGE },
    ignored,
  };
}

/** The URL of `/deliveries` with this filter, in a fixed order and without defaults, so that equal filters give equal URLs. */
export function deliveriesHref(filter: DeliveryFilter, { perPage, cursor }: Partial<DeliveryListView> = {}) {
  const params = parametersOf({
    verdict: filter.verdict.join(","),
    reason: filter.reason.join(","),
    secret: filter.secret.join(","),
    call_id: filter.callId,
    flag: filter.flag,
    from: filter.from?.text ?? null,
    to: filter.to?.text ?? null,
    per_page: perPage === undefined || perPage === DEFAULT_PER_PAGE ? null : perPage,
    cursor: cursor ?? null,
  } satisfies Record<keyof ReturnType<typeof readers>, string | number | null>);
  return hrefWith("/deliveries", params);
}

/** Whether the filter excludes any delivery. */
export function isDeliveryFiltered(filter: DeliveryFilter): boolean {
  return deliveriesHref(filter) !== "/deliveries";
}
