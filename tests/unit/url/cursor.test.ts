import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { decodeCursor, encodeCursor } from "@/lib/url/cursor";

test("a cursor survives the URL, and any other text is null", () => {
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
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.base64String(),
        fc.json().map((json) => btoa(encodeURI(json))),
      ),
      (text) => {
        decodeCursor(text);
      },
    ),
  );
  expect(decodeCursor(btoa('["after",1.5,"x"]'))).toBeNull();
  expect(decodeCursor(btoa('["beside",1,"x"]'))).toBeNull();
  expect(decodeCursor(btoa('["after",1,""]'))).toBeNull();
  expect(decodeCursor(btoa('["after",1,"\\u0000"]'))).toBeNull();
});
