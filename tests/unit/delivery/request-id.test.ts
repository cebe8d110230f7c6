import { expect, test } from "@playwright/test";

import { newRequestId } from "@/lib/delivery/request-id";

test("ids of requests are UUIDs of version 7 in the order of time", () => {
  const ids = Array.from({ length: 50 }, (_, index) => newRequestId(1_770_000_000_000 + index));
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(Array.from({ length: 1000 }, () => newRequestId(0))).size).toBe(1000);
});
