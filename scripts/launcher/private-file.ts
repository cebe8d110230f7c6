import { renameSync, writeFileSync } from "node:fs";

import { CommandError } from "./command-error";

/** Writes JSON to a file that only its owner can read. Replaces the file atomically. Throws a CommandError if the write fails. */
export function writePrivateFile(file: string, value: unknown): void {
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new CommandError(
      `${file} cannot be written (${(error as NodeJS.ErrnoException).code}). Callboard keeps its data there.`,
    );
  }
}
