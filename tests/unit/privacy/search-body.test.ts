import { createCipheriv } from "node:crypto";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { expect, test } from "@playwright/test";

import { ruleFor } from "@/lib/phone/number-forms";
import { parseSoughtNumber } from "@/lib/phone/pattern";
import { searchBody } from "@/lib/privacy/search-body";

const rule = ruleFor(parseSoughtNumber("+966501234567") ?? { digits: "", masked: "" });
const utf16 = (text: string) => Buffer.from(text, "utf16le");
const utf32 = (text: string) => Buffer.from(Uint32Array.from(text, (letter) => letter.codePointAt(0) ?? 0).buffer);
const body = (number: string) => JSON.stringify({ call_id: "1", payload: { note: number } });

const encodedOften = (text: string, times: number): string =>
  times === 0 ? text : encodedOften(Buffer.from(text).toString("base64"), times - 1);

const messages = (...contents: string[]) =>
  JSON.stringify({
    messages: contents.map((content, at) => ({ role: at % 2 ? "agent" : "user", content, start_at: 10 + at })),
  });

const CONTAINING: [what: string, bytes: Buffer, encoding: string | null][] = [
  ["gzip without its header", gzipSync(body("0501234567")), null],
  ["Brotli with a wrong header", brotliCompressSync(body("0501234567")), "gzip"],
  ["gzip in gzip", gzipSync(gzipSync(body("0501234567"))), "gzip"],
  ["cut off", gzipSync(body("0501234567").repeat(9000), { level: 0 }).subarray(0, 9000), "gzip"],
  ["UTF-16", utf16(body("0501234567")), null],
  ["UTF-16 with a mark, big endian", Buffer.from(utf16("\uFEFF" + body("٠٥٠ 123 4567"))).swap16(), null],
  ["UTF-32", utf32(body("٠٥٠١٢٣٤٥٦٧")), null],
  ["Windows-1256", Buffer.concat([Buffer.from([0x7b, 0x22, 0xe3, 0xd1]), Buffer.from("0501234567")]), null],
  ["behind what is packed", Buffer.concat([gzipSync("{}"), Buffer.from("0501234567")]), null],
  ["a name that occurs twice", Buffer.from('{"note":"0501234567","note":"x"}'), null],
  ["escapes", Buffer.from(String.raw`{"note":"\u0030\u0035\u0030 123 4567"}`), null],
  ["two turns", Buffer.from(messages("my number is 05 01", "yes?", "23 45 67")), null],
  ["compressed, in Base64", Buffer.from(gzipSync(body("0501234567")).toString("base64")), null],
  ["compressed, in Base64 in a field", Buffer.from(body(gzipSync(body("0501234567")).toString("base64"))), null],
  ["form fields", Buffer.from("a=1&phone=%2B966+50+123+4567"), null],
];

for (const [what, bytes, encoding] of CONTAINING) {
  test(`the number is found in a body: ${what}`, async () => {
    expect(await searchBody(bytes, encoding, rule)).toBe("found");
  });
}

test("a body that nobody can read is told apart from one without the number", async () => {
  const cipher = createCipheriv("aes-256-ctr", Buffer.alloc(32, 7), Buffer.alloc(16, 9));
  const packed = gzipSync(body("0501234568").repeat(9000));
  for (const [bytes, encoding] of [
    [cipher.update(body("0501234567")), null],
    [packed.subarray(0, packed.length - 20), "gzip"],
    [gzipSync(Buffer.alloc(5 * 1024 * 1024, " ")), "gzip"],
    [Buffer.from([0xff, 0x00, 0x17]), null],
    // Packed in a field: damaged, too large, encoded too often.
    [Buffer.from(body(packed.subarray(0, packed.length - 20).toString("base64"))), null],
    [Buffer.from(body(gzipSync(Buffer.alloc(5 * 1024 * 1024, " ")).toString("base64"))), null],
    [Buffer.from(body(encodedOften("0501234567", 6))), null],
  ] as const) {
    expect(await searchBody(bytes, encoding, rule)).toBe("unreadable");
  }
  for (const bytes of [
    body("0501234568"),
    // Answers of other systems, within each other.
    Array.from({ length: 8 }).reduce<string>((inner) => body(inner), "at 10%20am"),
    messages("05 01", "yes?", "23 45 68"),
    "",
    "<html>busy</html>",
    // A sender could not read a letter, and DEL may stand in JSON as it is.
    body("my na\uFFFDe is \u007F"),
    // Numbers that are no digits.
    body("፩፪, ௰ and ❶"),
  ]) {
    expect(await searchBody(Buffer.from(bytes), null, rule)).toBe("not_found");
    expect(await searchBody(gzipSync(bytes), null, rule)).toBe("not_found");
    expect(await searchBody(utf16(bytes), null, rule)).toBe("not_found");
  }
});
