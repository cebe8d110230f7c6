import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";

import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { type ErasedNumber, erasedNumberSchema } from "@/lib/privacy/erased-number";

/**
 * The finished erasures as a file beside the spool, one line of JSON each. It is outside the database, so that an older database that is restored
 * meets it.
 */

const NAME = "erasures.jsonl";

/** Empty without a file and without `SPOOL_DIR`. Skips lines that are damaged. Rejects with the file system's error. */
export async function readErasuresFile(): Promise<ErasedNumber[]> {
  const directory = folder();
  if (directory === undefined) {
    return [];
  }
  const lines = (await readIfThere(join(directory, NAME))).split("\n").filter((line) => line.trim() !== "");
  const numbers = lines.flatMap((line) => {
    try {
      return [erasedNumberSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
  if (numbers.length < lines.length) {
    log("error", "erasures_file_damaged", { count: lines.length - numbers.length });
  }
  return numbers;
}

/** Replaces the file; durable when this resolves. Does nothing without `SPOOL_DIR`. Rejects with the file system's error. */
export async function writeErasuresFile(numbers: readonly ErasedNumber[]): Promise<void> {
  const directory = folder();
  if (directory === undefined) {
    return;
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${NAME}.${process.pid}.new`);
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(numbers.map((number) => `${JSON.stringify(number)}\n`).join(""));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(path, join(directory, NAME));
  const parent = await open(directory, "r");
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

function folder(): string | undefined {
  return env.VERCEL ? undefined : env.SPOOL_DIR;
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return "";
    }
    throw error;
  }
}
