import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

import { expect, test } from "@playwright/test";

import { matchSecret, secretLabel } from "@/lib/sarj/secrets";

const secrets = ["first-secret-0123456789-abcdefghijklmn", "second-secret-0123456789-abcdefghijklm", "third-secret"];

test("row 2: every secret is compared as 32 bytes, whether one matches or not", () => {
  const compared: number[][] = [];
  const original = crypto.timingSafeEqual;
  crypto.timingSafeEqual = (a, b) => {
    compared.push([a.byteLength, b.byteLength]);
    return original(a, b);
  };
  syncBuiltinESMExports();
  try {
    for (const [candidate, label] of [
      [secrets[0], secretLabel(secrets[0] ?? "")],
      [secrets[2], secretLabel(secrets[2] ?? "")],
      ["", null],
      ["x".repeat(100_000), null],
      [secrets[0]?.slice(0, -1), null],
    ] as const) {
      compared.length = 0;
      expect(matchSecret(candidate ?? "", secrets)).toBe(label);
      expect(compared).toEqual(secrets.map(() => [32, 32]));
    }
  } finally {
    crypto.timingSafeEqual = original;
    syncBuiltinESMExports();
  }
});

test("row 5: a label identifies a secret and contains no part of it", () => {
  const labels = secrets.map(secretLabel);
  expect(new Set(labels).size).toBe(3);
  for (const label of labels) {
    expect(label).toMatch(/^[0-9a-f]{8}$/);
  }
});
