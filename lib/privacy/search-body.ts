import { nextTurn } from "@/lib/next-turn";
import { searchInTurns } from "@/lib/phone/erase";
import { unpackBody } from "@/lib/sarj/unpack";
import { readBytes } from "@/lib/text/charset";
import type { NumberRule } from "@/lib/transcript/joined-digits";

/**
 * Searches a raw body for a number: as it was received and unpacked, as text and as the JSON in it, in every encoding of characters that it may have.
 * `unreadable`: the number was not found, but nobody can read the body: it is encrypted, damaged, too large when unpacked, encoded
 * too often, or not a text in UTF-8, UTF-16 or UTF-32. Never throws. The process does other work in between.
 */
export async function searchBody(
  body: Buffer,
  contentEncoding: string | null,
  rule: NumberRule,
): Promise<"found" | "not_found" | "unreadable"> {
  const { texts, isReadable } = await bodyTexts(body, contentEncoding);
  let isAllRead = isReadable;
  for (const text of texts) {
    const finding = await searchInTurns(text, rule);
    if (finding === "found") {
      return "found";
    }
    isAllRead &&= finding === "not_found";
  }
  return isAllRead ? "not_found" : "unreadable";
}

/** What a raw body may say, in every encoding. `isReadable`: whether somebody can read it. Never throws. */
export async function bodyTexts(
  body: Buffer,
  contentEncoding: string | null,
): Promise<{ texts: string[]; isReadable: boolean }> {
  // A batch has hundreds of bodies, of which most need no unpacking.
  await nextTurn();
  const { bytes, problem } = await unpackBody(body, contentEncoding);
  const content = readBytes(bytes);
  // Outside the packed part, there may be more.
  const asReceived = bytes.equals(body) ? [] : readBytes(body).texts;
  return { texts: [...content.texts, ...asReceived], isReadable: problem === null && content.isReadable };
}
