import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";

import { expect, test } from "@playwright/test";

import { MAX_BODY_BYTES } from "@/lib/sarj/body";
import { unpackBody } from "@/lib/sarj/unpack";

const TEXT = Buffer.from(JSON.stringify({ call_id: "سارة", payload: { type: "no_answer" } }));
const unpackedText = async (bytes: Buffer, encoding: string | null) => {
  const { bytes: content, problem } = await unpackBody(bytes, encoding);
  return problem ?? content.toString("utf8");
};

const PACKED: [coding: string, bytes: Buffer][] = [
  ["gzip", gzipSync(TEXT)],
  ["x-gzip", gzipSync(TEXT)],
  ["deflate", deflateSync(TEXT)],
  ["deflate", deflateRawSync(TEXT)],
  ["br", brotliCompressSync(TEXT)],
  ["zstd", zstdCompressSync(TEXT)],
  ["gzip, br", brotliCompressSync(gzipSync(TEXT))],
  ["identity", TEXT],
];

test("row 17: a packed body is unpacked with its header, without it, and with a wrong one", async () => {
  for (const [coding, bytes] of PACKED) {
    for (const header of [
      coding,
      coding.toUpperCase(),
      null,
      "",
      "gzip",
      "deflate",
      "br",
      "zstd",
      "compress",
      "constructor",
    ]) {
      expect(await unpackedText(bytes, header), `${coding} sent as ${header}`).toBe(TEXT.toString("utf8"));
    }
  }
  expect(await unpackedText(gzipSync(gzipSync(gzipSync(TEXT))), "gzip")).toBe(TEXT.toString("utf8"));
});

test("row 17: what cannot be unpacked says why, with what could be", async () => {
  const long = Buffer.from("0501234567 ".repeat(100_000));
  const cut = await unpackBody(gzipSync(long, { level: 0 }).subarray(0, 500_000), null);
  expect(cut.problem).toBe("undecodable");
  expect(cut.bytes.subarray(0, 10).toString()).toBe("0501234567");
  for (const [bytes, problem] of [
    [gzipSync(Buffer.alloc(MAX_BODY_BYTES + 1, "a")), "too_large"],
    [brotliCompressSync(Buffer.alloc(64 * MAX_BODY_BYTES)), "too_large"],
    [gzipSync(gzipSync(gzipSync(gzipSync(TEXT)))), "too_large"],
    [gzipSync(Buffer.alloc(MAX_BODY_BYTES, "a")), null],
    [Buffer.from([0x1f, 0x8b, 8, 0, 0xff]), "undecodable"],
  ] as const) {
    const unpacked = await unpackBody(bytes, "br, gzip".slice(0, bytes[0] === 0x1f ? 0 : 2));
    expect(unpacked.problem).toBe(problem);
    expect(unpacked.bytes.length).toBeLessThanOrEqual(MAX_BODY_BYTES);
  }
});

test("row 17: a body that only resembles a packed one stays as it is", async () => {
  for (const text of ["x\u009c", "hello", "", "x\u0001 not zlib", "{", '{"a":1}', "[\u0000"]) {
    const bytes = Buffer.from(text, "latin1");
    expect((await unpackBody(bytes, null)).bytes.equals(bytes), text).toBe(true);
  }
  const random = Buffer.from("8f3a91c27be0d4561f", "hex");
  expect(await unpackBody(random, null)).toEqual({ bytes: random, problem: null });
  expect(await unpackBody(random, "br")).toMatchObject({ problem: "undecodable" });
});
