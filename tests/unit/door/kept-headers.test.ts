import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { keptHeaders } from "@/lib/http/kept-headers";
import { keptHeaders as keptByDoor } from "@/scripts/bootstrap/kept-headers.mjs";

const SECRETS = ["door-secret-0123456789-ABCDEFGHIJKLMNOPQRST", "key.with+signs(1)"];

/** A secret with some of its characters percent-encoded, once or several times, in either case. */
const encodedSecret = fc.tuple(fc.constantFrom(...SECRETS), fc.infiniteStream(fc.nat(4))).map(([secret, choices]) =>
  [...secret]
    .map((character) => {
      const hex = character.charCodeAt(0).toString(16).padStart(2, "0");
      const choice = choices.next().value;
      return [character, character, `%${hex}`, `%25${hex.toUpperCase()}`, `%2525${hex}`][choice];
    })
    .join(""),
);
const name = fc.oneof(
  fc.stringMatching(/^[a-z][a-z-]{0,20}$/),
  fc.constantFrom(
    "cookie",
    "authorization",
    "x-api-key",
    "x-auth-token",
    "cf-access-jwt-assertion",
    "x-forwarded-for",
    "x-vercel-sc-host",
  ),
);
const value = fc
  .array(fc.oneof(encodedSecret, fc.stringMatching(/^[\x21-\x7e\x80-\xff]{0,40}$/)), { maxLength: 4 })
  .map((parts) => parts.join(" "));

test("the door keeps the same headers as the application", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 130 }), (entries) => {
      const headers = new Headers();
      entries.forEach(([key, text]) => headers.append(key, text));
      expect(keptByDoor(headers, SECRETS)).toEqual(keptHeaders(headers, SECRETS));
    }),
    { numRuns: 200 },
  );
});
