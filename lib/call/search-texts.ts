import { MAY_HAVE_DIGITS, maskNumbersInTurns } from "@/lib/phone/mask";
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
  const name = customerNameOf(variables) ?? "";
  const said = transcript === null ? null : await withoutNumbers(beginningOf(transcript), phoneNumber);
  const [named] = await withoutNumbers([{ role: "", content: name, startAt: null }], phoneNumber);
  return {
    spoken: said === null ? null : searchTextOf(said.map(({ content }) => content)),
    name: normalizeForSearch(named?.content ?? ""),
  };
}

/** What somebody said. Of a message, this is what tells where numbers are. */
type Said = { role: string; content: string; startAt: number | null };

async function withoutNumbers(said: Said[], phoneNumber: string | null): Promise<Said[]> {
  const mayHave = said.some(({ content }) => MAY_HAVE_DIGITS.test(content) || mayContain(content, phoneNumber));
  return mayHave ? maskNumbersInTurns(said, phoneNumber) : said;
}

/** The vendor may send an address without digits instead of a number. */
function mayContain(content: string, phoneNumber: string | null): boolean {
  return phoneNumber !== null && content.includes(phoneNumber.trim());
}

/** As much of the speech as the index can hold, in the order of time. Without tools and instructions. */
function beginningOf(transcript: NonNullable<CallFacts["transcript"]>): Said[] {
  let left = MAX_SEARCH_BYTES;
  return inOrderOfTime(transcript).flatMap((message) => {
    if (message.type !== "message" || !isSpeech(message.role) || left <= 0) {
      return [];
    }
    const { role, startAt } = message;
    const content = message.content.slice(0, left);
    left -= content.length;
    return [{ role, content, startAt }];
  });
}
