import { z } from "zod";

import { postgresText } from "./parameters";

/**
 * A position in a sorted list, directly before or after a row. `value` is the row's sort value: an instant in milliseconds or a duration
 * in seconds.
 */
export type Cursor = { side: "after" | "before"; value: number; id: string };

const END_OF_TIME = Date.UTC(3000, 0);
const MAX_CURSOR_LENGTH = 400;

const cursorSchema = z.tuple([
  z.enum(["after", "before"]),
  z.int().min(-1).max(END_OF_TIME),
  postgresText.min(1).max(200),
]);

/** Encodes a cursor for a URL, as base64url of JSON. */
export function encodeCursor({ side, value, id }: Cursor): string {
  return toBase64Url(JSON.stringify([side, value, id]));
}

/** Decodes a cursor; null if the text is not one. */
export function decodeCursor(text: string): Cursor | null {
  try {
    const [side, value, id] = cursorSchema.parse(JSON.parse(fromBase64Url(text)));
    return { side, value, id };
  } catch {
    return null;
  }
}

/** Validates a `cursor` parameter and returns it as text. */
export const cursorText = z
  .string()
  .max(MAX_CURSOR_LENGTH)
  .refine((text) => decodeCursor(text) !== null);

/** Like `cursorText`, for a list whose ids are UUIDs. */
export const uuidCursorText = cursorText.refine((text) => z.uuid().safeParse(decodeCursor(text)?.id).success);

// Not with Buffer, because cursors are also read in the browser.
function toBase64Url(text: string): string {
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): string {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder("utf-8", { fatal: true }).decode(
    Uint8Array.from(binary, (character) => character.charCodeAt(0)),
  );
}
