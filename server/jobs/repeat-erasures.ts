import { claimPeriodicRun, clearState, readState, writeState } from "@/db/organization/states";
import {
  addErasedNumbers,
  isRepeated,
  listErasedNumbers,
  listNotes,
  listUnsearched,
  markSearched,
} from "@/db/privacy/erased-numbers";
import { startErasure } from "@/db/privacy/erasures";
import { readBodies, readCallTexts } from "@/db/privacy/stored-texts";
import type { Json } from "@/lib/call/facts";
import { log } from "@/lib/log";
import { nextTurn } from "@/lib/next-turn";
import { perProcess } from "@/lib/per-process";
import { containsNumberInTurns } from "@/lib/phone/erase";
import { shapeRule } from "@/lib/phone/number-forms";
import { type ErasedNumber, hashNumber, shapeOf } from "@/lib/privacy/erased-number";
import { bodyTexts } from "@/lib/privacy/search-body";

import { readErasuresFile, writeErasuresFile } from "./erasures-file";

/**
 * Repeats erasures after the restore of an older database. The file beside the spool knows erasures that the database does not know. The job
 * searches the database for numbers with their hashes, and starts an erasure for each that it finds.
 */

const COMPARE_EVERY_MS = 60_000;
const BUDGET_MS = 20_000;
const compared = perProcess("erasures file", () => ({ at: -Infinity }));

/** Compares the file with the database: at the start, every minute, and at once if `isChanged`. Each receives what only the other one has. */
export async function compareErasuresFile({ isChanged = false } = {}): Promise<void> {
  if (!isChanged && performance.now() - compared.at < COMPARE_EVERY_MS) {
    return;
  }
  const [inFile, stored] = [await readErasuresFile(), await listErasedNumbers()];
  const storedIds = new Set(stored.map(({ id }) => id));
  const fileIds = new Set(inFile.map(({ id }) => id));
  await addErasedNumbers(inFile.filter(({ id }) => !storedIds.has(id)));
  const missing = stored.filter(({ id }) => !fileIds.has(id));
  if (missing.length > 0) {
    await writeErasuresFile([...inFile, ...missing]);
  }
  compared.at = performance.now();
}

/** Where the search is: `ids` are the erasures it searches for. */
type Progress = { ids: string[]; step: "calls" | "bodies" | "notes"; cursor: string };
const STATE = "erasures_to_repeat";

/** Searches for erased numbers for which this database was not searched yet, and starts their erasures. Of all processes, one does it. */
export async function repeatErasures(): Promise<void> {
  const unsearched = await listUnsearched();
  if (unsearched.length === 0 || !(await claimPeriodicRun(STATE, 1))) {
    return;
  }
  const deadline = Date.now() + BUDGET_MS;
  const known = (await readState<Progress>(STATE))?.value;
  const isSame = known !== undefined && unsearched.every(({ id }) => known.ids.includes(id));
  let progress: Progress | null = isSame ? known : { ids: unsearched.map(({ id }) => id), step: "calls", cursor: "" };
  const search = new Search(unsearched);
  while (progress !== null && Date.now() < deadline) {
    progress = await searchBatch(progress, search);
    await (progress === null ? clearState(STATE) : writeState(STATE, progress));
  }
  if (progress === null) {
    await markSearched(unsearched.map(({ id }) => id));
  }
}

/** Returns where the next batch begins; null after the last one. */
async function searchBatch(progress: Progress, search: Search): Promise<Progress | null> {
  switch (progress.step) {
    case "calls": {
      const { rows, next } = await readCallTexts(progress.cursor, search.before);
      for (const { callId, words, texts } of rows) {
        await search.read([callId, ...Object.values(words), ...Object.values(texts)] as Json[]);
      }
      return next === null ? { ...progress, step: "bodies", cursor: "" } : { ...progress, cursor: next };
    }
    case "bodies": {
      const { rows, next } = await readBodies(progress.cursor, search.before);
      for (const { body, contentEncoding, words } of rows) {
        await search.read([...(await bodyTexts(body, contentEncoding)).texts, ...words]);
      }
      return next === null ? { ...progress, step: "notes", cursor: "" } : { ...progress, cursor: next };
    }
    case "notes":
      await search.read(await listNotes());
      return null;
  }
}

class Search {
  /** No call that came after the last erasure is searched. */
  readonly before: Date;
  private readonly hashed = new Map<string, Promise<string>>();

  constructor(private readonly numbers: readonly ErasedNumber[]) {
    this.before = new Date(Math.max(...numbers.map(({ erasedAt }) => erasedAt.getTime())));
  }

  /** Starts the erasures of the numbers that the values contain. */
  async read(values: readonly Json[]): Promise<void> {
    const candidates = new Set<string>();
    const rule = shapeRule(this.numbers.map(shapeOf), (digits) => candidates.add(digits));
    for (const value of values) {
      await containsNumberInTurns(value, rule);
    }
    await nextTurn();
    for (const digits of candidates) {
      for (const number of this.numbers) {
        if (digits.endsWith(number.masked.slice(-2)) && (await this.hashOf(digits, number.salt)) === number.hash) {
          await repeat(number, digits);
        }
      }
    }
  }

  private hashOf(digits: string, salt: string): Promise<string> {
    const key = `${salt} ${digits}`;
    const hash = this.hashed.get(key) ?? hashNumber(digits, salt);
    this.hashed.set(key, hash);
    return hash;
  }
}

async function repeat({ id, masked, erasedAt, deleteUnreadable }: ErasedNumber, digits: string): Promise<void> {
  if (!(await isRepeated(id))) {
    await startErasure({ digits, masked }, null, { deleteUnreadable, repeated: { id, erasedAt } });
    log("warn", "erasure_repeated", {});
  }
}
