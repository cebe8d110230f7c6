import { maskNumbersInTurns } from "@/lib/phone/mask";
import { MAX_SEARCH_BYTES, normalizeForSearch, searchTextOf } from "@/lib/text/search";
import { isSpeech } from "@/lib/transcript/speaker";
import { inOrderOfTime } from "@/lib/transcript/transcript";

import { customerNameOf } from "./customer-name";
import type { CallFacts } from "./facts";

/** The texts in which a search looks for a call, for Postgres' `to_tsvector('simple', …)`. `spoken` is null without a transcript. */
export type SearchTexts = { spoken: string | null; name: string };

/**
 * The texts of a call for the search, without the phone numbers in them: otherwise people who may see no numbers could test them one part after
 * another. Numbers are found by the column of the calls' numbers. Lets the process do other work in between.
 */
export async function searchTextsOf(
  facts: Pick<CallFacts, "transcript" | "variables" | "phoneNumber">,
): Promise<SearchTexts> {
  const { transcript, variables, phoneNumber } = facts;
  const [spoken, name] = await Promise.all([
    transcript === null ? null : maskNumbersInTurns(beginningOf(transcript), phoneNumber),
    maskNumbersInTurns(customerNameOf(variables) ?? "", phoneNumber),
  ]);
  return { spoken: spoken === null ? null : searchTextOf(spoken), name: normalizeForSearch(name) };
}

/** As much of the speech as the index can hold. */
function beginningOf(transcript: NonNullable<CallFacts["transcript"]>): NonNullable<CallFacts["transcript"]> {
  let left = MAX_SEARCH_BYTES;
  return inOrderOfTime(transcript).flatMap((message) => {
    if (message.type !== "message" || !isSpeech(message.role) || left <= 0) {
      return [];
    }
    const content = message.content.slice(0, left);
    left -= content.length;
    return [{ ...message, content }];
  });
}
