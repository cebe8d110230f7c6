import { heldAnswers, heldCallIds, heldDeliveries, listNotesOfCalls, readHeldCall } from "@/db/privacy/held-data";
import { readBodies, readCallTexts } from "@/db/privacy/stored-texts";
import type { Json } from "@/lib/call/facts";
import { readableBody } from "@/lib/delivery/raw-body";
import { nextTurn } from "@/lib/next-turn";
import { containsNumber, containsNumberInTurns } from "@/lib/phone/erase";
import { maskOtherNumbersIn } from "@/lib/phone/mask-others";
import { ruleFor } from "@/lib/phone/number-forms";
import type { SoughtNumber } from "@/lib/phone/pattern";
import { searchBody } from "@/lib/privacy/search-body";
import { withoutCredentialsInTurns } from "@/lib/recording/url-credentials";
import type { NumberRule } from "@/lib/transcript/joined-digits";

/**
 * The file for an access request: everything that is stored about a phone number, as JSON to hand to the person. Other people's numbers are
 * masked, and users are not named. Recordings are not in it: Sarj stores them.
 *
 * @param about the head of the file: who made it, when, and what it is
 * @yields pieces of the file. Between objects, an empty line is sent for each batch that was searched, so that no proxy ends the download
 */
export async function* heldDataFile(number: SoughtNumber, about: Record<string, Json>): AsyncGenerator<string, void> {
  const own = new Set<string>();
  yield `{\n"about": ${JSON.stringify({ number: `+${number.digits}`, ...about }, null, 2)},\n"calls": [`;
  for await (const ids of heldCallIds(number)) {
    for (const callId of ids) {
      const held = await readHeldCall(callId);
      if (held !== null) {
        yield own.size === 0 ? "\n" : ",\n";
        own.add(callId);
        yield* callPieces(callId, held, number);
      }
    }
  }
  yield `\n],\n"mentions": [`;
  let isFirst = true;
  for await (const mention of mentions(number, own)) {
    if (mention === null) {
      yield "\n";
    } else {
      yield `${isFirst ? "\n" : ",\n"}${JSON.stringify(mention)}`;
      isFirst = false;
    }
  }
  yield "\n]\n}\n";
}

async function* callPieces(
  callId: string,
  { call, details, contact, decisions, events }: NonNullable<Awaited<ReturnType<typeof readHeldCall>>>,
  number: SoughtNumber,
): AsyncGenerator<string, void> {
  const shown = async (value: unknown) => JSON.stringify(await forPerson(value, number), null, 2);
  const recording = call.hasRecording ? "stored by Sarj; available on request with the id of the call" : null;
  yield `{\n"call": ${await shown(call)},\n"details": ${await shown(details)},\n"recording": ${JSON.stringify(recording)},\n`;
  yield `"contact": ${await shown(contact)},\n"decisions": ${await shown(decisions)},\n"access": ${await shown(events)},\n"deliveries": [`;
  let isFirst = true;
  for await (const { body, contentEncoding, ...delivery } of heldDeliveries(callId)) {
    const content = await readableContent(body, contentEncoding);
    yield `${isFirst ? "" : ","}\n${await shown({ ...delivery, content })}`;
    isFirst = false;
  }
  yield `],\n"answers": [`;
  isFirst = true;
  for await (const { body, answeredAt } of heldAnswers(callId)) {
    yield `${isFirst ? "" : ","}\n${await shown({ answeredAt, content: await readableContent(body, null) })}`;
    isFirst = false;
  }
  yield `]\n}`;
}

async function readableContent(body: Buffer, contentEncoding: string | null): Promise<Json> {
  const { form, text } = await readableBody(body, contentEncoding, { access: "shown", phoneNumber: null });
  return form === "json" ? (JSON.parse(text) as Json) : form === "text" ? text : { unreadableBytes: body.length };
}

async function forPerson(value: unknown, number: SoughtNumber): Promise<Json> {
  const json = JSON.parse(JSON.stringify(value)) as Json;
  return maskOtherNumbersIn(await withoutCredentialsInTurns(json), number);
}

/** Where the number is in the calls of others: only the texts that contain it. null after each batch that was searched. */
async function* mentions(
  number: SoughtNumber,
  own: ReadonlySet<string>,
): AsyncGenerator<{ call: string; in: string; text: Json } | null, void> {
  const rule = ruleFor(number);
  for (let cursor: string | null = ""; cursor !== null;) {
    const { rows, next }: Awaited<ReturnType<typeof readCallTexts>> = await readCallTexts(cursor, null);
    for (const { callId, words, texts } of rows.filter((row) => !own.has(row.callId))) {
      await nextTurn();
      for (const [field, value] of [...Object.entries(words), ...Object.entries(texts)] as [string, Json][]) {
        // The facts repeat what the other fields say.
        if (field !== "facts" && (await containsNumberInTurns(value, rule))) {
          yield { call: callId, in: field, text: await forPerson(await textsWith(value, rule), number) };
        }
      }
    }
    yield null;
    cursor = next;
  }
  for (let cursor: string | null = ""; cursor !== null;) {
    const { rows, next }: Awaited<ReturnType<typeof readBodies>> = await readBodies(cursor, null);
    for (const { key, body, contentEncoding, words } of rows.filter((row) => !own.has(row.key[0]))) {
      const isInWords = words.some((word) => containsNumber(word, rule));
      if (isInWords || (await searchBody(body, contentEncoding, rule)) === "found") {
        yield { call: key[0], in: "delivery", text: null };
      }
    }
    yield null;
    cursor = next;
  }
  for (const { callId, note } of await listNotesOfCalls()) {
    if (!own.has(callId) && containsNumber(note, rule)) {
      yield { call: callId, in: "note", text: await forPerson(note, number) };
    }
  }
}

/** The smallest parts of a value that contain the number. */
async function textsWith(value: Json, rule: NumberRule): Promise<Json[]> {
  const parts: Json[] = [];
  for (const item of value !== null && typeof value === "object" ? Object.values(value) : []) {
    if (await containsNumberInTurns(item, rule)) {
      parts.push(...(await textsWith(item, rule)));
    }
  }
  return parts.length > 0 ? parts : [Array.isArray(value) ? await turnsWith(value, rule) : value];
}

/** The turns over which the number is said: what others say before and after is theirs. */
async function turnsWith(turns: readonly Json[], rule: NumberRule): Promise<Json[]> {
  const from = await lastIndex(turns.length, (start) => containsNumberInTurns(turns.slice(start), rule));
  const last = turns.slice(from);
  const left = await lastIndex(last.length, (count) => containsNumberInTurns(last.slice(0, last.length - count), rule));
  return last.slice(0, last.length - left);
}

/** The last index below `count` for which a condition holds that holds for 0, and for every index before one for which it holds. */
async function lastIndex(count: number, holds: (index: number) => Promise<boolean>): Promise<number> {
  let [found, end] = [0, count];
  while (end - found > 1) {
    const middle = (found + end) >> 1;
    if (await holds(middle)) {
      found = middle;
    } else {
      end = middle;
    }
  }
  return found;
}
