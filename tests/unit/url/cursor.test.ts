import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { type Cursor, decodeCursor, encodeCursor } from "@/lib/url/cursor";

test("a cursor round-trips", () => {
  const cursors = fc.record({
    side: fc.constantFrom("after" as const, "before" as const),
    value: fc.integer({ min: -1, max: Date.UTC(2999, 0) }),
    id: fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).filter((text) => !text.includes("\u0000")),
  });
  fc.assert(
    fc.property(cursors, (cursor) => {
      const text = encodeCursor(cursor);
      expect(text).toMatch(/^[\w-]+$/);
      expect(decodeCursor(text)).toEqual({ ...cursor, id: cursor.id.toWellFormed() });
    }),
  );
});

test("text that is not a cursor gives null", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.json().map((json) => btoa(encodeURI(json))),
    fc
      .tuple(fc.constantFrom("after", "beside"), fc.oneof(fc.integer(), fc.double()), fc.string({ maxLength: 300 }))
      .map(([side, value, id]) => encodeCursor({ side: side as Cursor["side"], value, id })),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const cursor = decodeCursor(text);
      expect(cursor === null || isValid(cursor)).toBe(true);
    }),
  );
  expect(decodeCursor(btoa('["after",1.5,"x"]'))).toBeNull();
  expect(decodeCursor(btoa('["beside",1,"x"]'))).toBeNull();
  expect(decodeCursor(btoa('["after",1,""]'))).toBeNull();
  expect(decodeCursor(btoa('["after",1,"\\u0000"]'))).toBeNull();
});

function isValid({ side, value, id }: Cursor): boolean {
  const hasId = id !== "" && id.length <= 200 && !id.includes("\u0000");
  return ["after", "before"].includes(side) && Number.isInteger(value) && value >= -1 && hasId;
}
