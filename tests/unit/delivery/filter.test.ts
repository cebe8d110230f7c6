import { expect, test } from "@playwright/test";

import { deliveriesHref, NO_DELIVERY_FILTER, parseDeliveryFilter } from "@/lib/delivery/filter";
import { encodeCursor } from "@/lib/url/cursor";

const ZONE = "Asia/Riyadh";
const ID = "3f1c2b7e-0001-4a6d-9b6e-000000000001";

test("a filter is unchanged after a round trip through the URL", () => {
  const { filter, view, ignored } = parseDeliveryFilter(
    {
      verdict: "quarantined,superseded",
      reason: "not_json",
      secret: "0a1b2c3d",
      call_id: "call & co",
      from: "2026-05-01",
      to: "2026-05-02",
      per_page: "25",
      cursor: encodeCursor({ side: "after", value: 5, id: ID }),
    },
    ZONE,
  );
  expect(ignored).toEqual([]);
  expect(filter.to?.at.toISOString()).toBe("2026-05-02T21:00:00.000Z");
  const href = deliveriesHref(filter, view);
  const again = parseDeliveryFilter(Object.fromEntries(new URL(href, "http://x").searchParams), ZONE);
  expect(again).toEqual({ filter, view, ignored: [] });
});

test("without a filter the URL has no parameters", () => {
  expect(deliveriesHref(NO_DELIVERY_FILTER)).toBe("/deliveries");
});

test("invalid parameters are ignored and reported", () => {
  const wrong = {
    verdict: "quarantined,lost",
    reason: "because",
    secret: "SECRET",
    call_id: "a\u0000b",
    from: "yesterday",
    to: "2026-02-30",
    per_page: "7",
    cursor: encodeCursor({ side: "after", value: 5, id: "no uuid" }),
    colour: "red",
  };
  const { filter, view, ignored } = parseDeliveryFilter(wrong, ZONE);
  expect(filter).toEqual(NO_DELIVERY_FILTER);
  expect(view).toEqual({ cursor: null, perPage: 50 });
  expect(ignored).toEqual(Object.entries(wrong).map(([name, value]) => ({ name, value })));
});
