import type { Json, TranscriptMessage } from "@/lib/call/facts";
import { isSilent, isSilentText } from "@/lib/text/silence";

import { isSpeech } from "./speaker";

/** What the messages of a transcript say. `lib/sarj/messages.ts` reads them. */

/** The types of messages that say nothing but their content. */
const SPEECH_TYPES: ReadonlySet<Json | undefined> = new Set(["message", "instructions"]);

/** Whether a message says nothing: speech or instructions without a word, or an unknown form without a value. A tool call says something. */
export function isSilentMessage(message: TranscriptMessage): boolean {
  if (message.type === "other") {
    return isSilentForm(message.data);
  }
  return (message.type === "message" || message.type === "instructions") && isSilentText(message.content);
}

/** Who says something, and when, is nothing without what was said. An unknown type is an event of its own. */
function isSilentForm(data: Json): boolean {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    return isSilent(data);
  }
  const { type, role: _who, start_at: _when, ...rest } = data;
  return isSilent(rest) && (isSilent(type) || SPEECH_TYPES.has(type));
}

/** Whether a transcript contains a spoken word. */
export function isSpoken(messages: readonly TranscriptMessage[]): boolean {
  return messages.some(
    (message) => message.type === "message" && isSpeech(message.role) && !isSilentText(message.content),
  );
}
