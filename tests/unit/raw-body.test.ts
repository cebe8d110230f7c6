import { gzipSync } from "node:zlib";

import { expect, test } from "@playwright/test";

import { readableBody } from "@/lib/raw-body";

const bytes = (text: string) => Buffer.from(text, "utf8");

test("JSON is set out in lines, also when it came compressed", async () => {
  const shown = { form: "json", text: '{\n  "a": [\n    1\n  ]\n}', isDecoded: true };
  expect(await readableBody(bytes('{"a":[1]}'), null)).toEqual(shown);
  expect(await readableBody(gzipSync('{"a":[1]}'), "gzip")).toEqual(shown);
});

test("what is no JSON is shown as it came; what is no text, byte for byte", async () => {
  expect(await readableBody(bytes("call_id=1&x"), null)).toEqual({
    form: "text",
    text: "call_id=1&x",
    isDecoded: true,
  });
  expect(await readableBody(Buffer.from([0x7b, 0xff, 0xfe, 0x00]), null)).toEqual({
    form: "hex",
    text: "000000  7b ff fe 00                                      {...",
    isDecoded: true,
  });
  // Said to be compressed and is not.
  expect(await readableBody(bytes('{"a":1}'), "gzip")).toEqual({
    form: "json",
    text: '{\n  "a": 1\n}',
    isDecoded: false,
  });
  expect(await readableBody(bytes(""), null)).toEqual({ form: "text", text: "", isDecoded: true });
});

test("the keys to a recording are left out", async () => {
  const v4 = "https://storage.googleapis.com/b/a.mp4?X-Goog-Expires=9&X-Goog-Signature=0abc9f";
  const v2 = "https://storage.googleapis.com/b/a.mp4?Expires=9&Signature=ab%2Bc/d%3D";
  for (const body of [bytes(JSON.stringify({ recording_url: v4, old: v2 })), bytes(`${v4} ${v2} no json`)]) {
    const { text } = await readableBody(body, null);
    expect(text).toContain("X-Goog-Signature=…");
    expect(text).not.toMatch(/0abc9f|ab%2Bc/);
  }
});

test("characters that hide or reorder others are written out", async () => {
  const { text } = await readableBody(bytes(JSON.stringify({ name: "a\u202Eb\u200Bc" })), null);
  expect(text).toContain("a\\u202eb\\u200bc");
  expect(JSON.parse(text)).toEqual({ name: "a\u202Eb\u200Bc" });
});
