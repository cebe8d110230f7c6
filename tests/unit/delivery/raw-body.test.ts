import { gzipSync } from "node:zlib";

import { expect, test } from "@playwright/test";

import { bodyFile, maskedBodyFile, readableBody } from "@/lib/delivery/raw-body";

/** Sees numbers. */
const READER = { access: "shown", phoneNumber: null } as const;

const bytes = (text: string) => Buffer.from(text, "utf8");

test("JSON is indented, compressed or not", async () => {
  const shown = { form: "json", text: '{\n  "a": [\n    1\n  ]\n}', isDecoded: true };
  expect(await readableBody(bytes('{"a":[1]}'), null, READER)).toEqual(shown);
  expect(await readableBody(gzipSync('{"a":[1]}'), "gzip", READER)).toEqual(shown);
  // A quotation mark and brackets in a text do not count.
  const text = ['"[', "]".repeat(9)];
  expect((await readableBody(bytes(JSON.stringify(text)), null, READER)).text).toBe(JSON.stringify(text, null, 2));
  // Indented, this body would have a hundred megabytes.
  const deep = `${"[".repeat(60)}${"1,".repeat(1_000_000)}1${"]".repeat(60)}`;
  expect((await readableBody(bytes(deep), null, READER)).text === deep).toBe(true);
});

test("other text is shown unchanged; binary data is shown as a hex dump", async () => {
  expect(await readableBody(bytes("call_id=1&x"), null, READER)).toEqual({
    form: "text",
    text: "call_id=1&x",
    isDecoded: true,
  });
  expect(await readableBody(Buffer.from([0x7b, 0xff, 0xfe, 0x00]), null, READER)).toEqual({
    form: "hex",
    text: "000000  7b ff fe 00                                      {...",
    isDecoded: true,
  });
  // The header declares gzip, but the body is not compressed.
  expect(await readableBody(bytes('{"a":1}'), "gzip", READER)).toEqual({
    form: "json",
    text: '{\n  "a": 1\n}',
    isDecoded: true,
  });
  expect(await readableBody(gzipSync('{"a":1}').subarray(0, 12), "gzip", READER)).toMatchObject({
    form: "hex",
    isDecoded: false,
  });
  expect(await readableBody(bytes(""), null, READER)).toEqual({ form: "text", text: "", isDecoded: true });
});

test("the shown text contains no signature of a recording URL", async () => {
  const v4 = "https://storage.googleapis.com/b/a.mp4?X-Goog-Expires=9&X-Goog-Signature=0abc9f";
  const v2 = "https://storage.googleapis.com/b/a.mp4?Expires=9&Signature=ab%2Bc/d%3D";
  for (const body of [bytes(JSON.stringify({ recording_url: v4, old: v2 })), bytes(`${v4} ${v2} no json`)]) {
    const { text } = await readableBody(body, null, READER);
    expect(text).toContain("X-Goog-Signature=…");
    expect(text).not.toMatch(/0abc9f|ab%2Bc/);
  }
});

test("the file contains no signature in any encoding; every other byte is unchanged", async () => {
  const url = "https://storage.googleapis.com/b/a.mp4?X-Goog-Expires=9&X-Goog-Signature=0abc9f&x=1";
  const text = JSON.stringify({ recording_url: url, name: "سارة", cut: "é" });
  const hidden = text.replace("0abc9f", "......");
  expect((await bodyFile(bytes(text), null)).toString("utf8")).toBe(hidden);
  // Not UTF-8: invalid bytes stay unchanged.
  const broken = Buffer.concat([Buffer.from([0xff, 0xfe, 0xc3, 0x28]), bytes(url), Buffer.from([0x00, 0x80])]);
  const expected = Buffer.concat([
    Buffer.from([0xff, 0xfe, 0xc3, 0x28]),
    bytes(url.replace("0abc9f", "......")),
    Buffer.from([0x00, 0x80]),
  ]);
  expect((await bodyFile(broken, null)).equals(expected)).toBe(true);
  for (const [body, encoding] of [
    [gzipSync(text), "gzip"],
    [gzipSync(text), null],
    [gzipSync(text), "no-such-encoding"],
    [bytes(text), "no-such-encoding"],
  ] as const) {
    expect((await bodyFile(body, encoding)).toString("utf8"), String(encoding)).toBe(hidden);
  }
  const wide = await bodyFile(Buffer.from(text, "utf16le"), null);
  expect(wide.toString("utf16le")).toBe(hidden);
  expect((await readableBody(Buffer.from(text, "utf16le"), null, READER)).text).not.toContain("0.a.b.c.9.f");
  // Some serializers escape more characters than JSON requires.
  const escaped = await bodyFile(bytes(String.raw`{"u":"a?Signature\u003dab\u002Bc\/d%3D\u0026Expires=9"}`), null);
  expect(escaped.toString()).toBe(String.raw`{"u":"a?Signature\u003d...............\u0026Expires=9"}`);
  const cutOff = gzipSync(text).subarray(0, 60);
  expect((await bodyFile(cutOff, "gzip")).equals(cutOff)).toBe(true);
});

const HIDDEN_URLS = [
  "https://platform-api.sarj.ai/api/v1/calls/1/recording?t=SECRET",
  "https://platform-api.sarj.ai/api/v1/calls/1/recording?x=1&t=SECRET&y=2",
  "https://platform-api.sarj.ai/api/v1/calls/1/recording?x=1&amp;t=SECRET",
  "https://example.org/a?token=SECRET",
  "https://example.org/a?access_token=SECRET&x=1",
  "https://example.org/a?X-Amz-Security-Token=SECRET&x=1",
  "https://example.org/a?sv=1&sig=SECRET%3D",
  "https://example.org/a?signature=SECRET",
  "https://example.org/a?T=SECRET",
  "https://example.org/?next=https%3A%2F%2Fplatform-api.sarj.ai%2Frecording%3Ft%3DSECRET%26x",
  "t=SECRET&x=1",
];

for (const url of HIDDEN_URLS) {
  test(`no shown body and no file contains the credential of ${url}`, async () => {
    const shapes: [Buffer, string | null][] = [
      [bytes(JSON.stringify({ [url]: url })), null],
      [bytes(url), null],
      [bytes(JSON.stringify({ text: JSON.stringify({ url }) }).replaceAll("&", String.raw`\u0026`)), null],
      [gzipSync(JSON.stringify({ url })), "gzip"],
      [Buffer.from(url, "utf16le"), null],
      [Buffer.concat([bytes(url), Buffer.from([0xff])]), null],
    ];
    for (const [body, encoding] of url.startsWith("http") ? shapes : shapes.slice(1, 2)) {
      const { text } = await readableBody(body, encoding, READER);
      const file = await bodyFile(body, encoding);
      for (const shown of [text, file.toString("utf8"), file.toString("utf16le")]) {
        expect(shown.replaceAll(/[.\s]/g, "")).not.toMatch(/SECRET/);
      }
    }
  });
}

test("text that only resembles a credential is shown", async () => {
  for (const text of ["at=5 tokens", "the token", "https://a.example/?at=1&stop=2&sign=3#t=5", "t = 5", "a=t", "x&t"]) {
    expect((await readableBody(bytes(text), null, READER)).text).toBe(text);
    expect((await bodyFile(bytes(text), null)).toString()).toBe(text);
  }
});

test("credentials in a megabyte of text are found in one pass", async () => {
  for (const piece of ["a", "?", "&t", "?t=", "token", "%3F", "\\u0026t", "=\u0000"]) {
    await readableBody(bytes(piece.repeat(1_000_000 / piece.length)), null, READER);
  }
});

test("characters that hide or reorder others are escaped", async () => {
  const { text } = await readableBody(bytes(JSON.stringify({ name: "a\u202Eb\u200Bc" })), null, READER);
  expect(text).toContain("a\\u202eb\\u200bc");
  expect(JSON.parse(text)).toEqual({ name: "a\u202Eb\u200Bc" });
});

test("a user who has to reveal numbers sees none in a body, and nothing of a body that is no text", async () => {
  const reader = { access: "revealable", phoneNumber: null } as const;
  const body = bytes('{"phone_number":"+966501234567","said":"050 then 123 then 4567 or 0538719042","n":1777885200}');
  const { form, text } = await readableBody(gzipSync(body), "gzip", reader);
  expect({ form, value: JSON.parse(text) as unknown }).toEqual({
    form: "json",
    value: { phone_number: "•••", said: "••• then ••• then ••• or •••", n: 1_777_885_200 },
  });
  expect((await maskedBodyFile(body, null, null))?.toString()).toBe(text);
  expect((await readableBody(bytes("tel 0501234567, no json"), null, reader)).text).toBe("tel •••, no json");
  const wide = Buffer.from("0501234567", "utf16le");
  expect(await readableBody(wide, null, reader)).toEqual({ form: "hidden", text: "", isDecoded: true });
  expect(await maskedBodyFile(wide, null, null)).toBeNull();
});
