import { linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import { Failure, identityOf, isAlive, readOrUndefined } from "./processes.mjs";

/**
 * Takes a lock that is a file, and returns a function that releases it. While a running process holds it, calls `onHeld` with its id and whether this
 * is the first time, then tries again; `onHeld` may throw.
 *
 * @param {string} file
 * @param {(pid: string, isFirst: boolean) => Promise<void>} onHeld
 * @returns {Promise<() => void>}
 */
export async function takeLock(file, onHeld) {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw new Failure(`The folder ${dirname(file)} cannot be created (${error.code}). Callboard keeps its data there.`);
  }
  const release = () => {
    process.off("exit", release);
    rmSync(file, { force: true });
  };
  const draft = `${file}.${process.pid}`;
  let isFirst = true;
  for (;;) {
    try {
      writeFileSync(draft, identityOf(process.pid));
      linkSync(draft, file); // a link appears complete or not at all
      process.once("exit", release);
      return release;
    } catch (error) {
      if (error.code !== "EEXIST") {
        throw new Failure(`${file} cannot be written (${error.code}). Callboard keeps its data there.`);
      }
    } finally {
      rmSync(draft, { force: true });
    }
    const holder = readOrUndefined(file) ?? "";
    const [pid] = holder.split(" ");
    if (!isAlive(Number(pid)) || identityOf(pid) !== holder) {
      rmSync(file, { force: true });
      continue;
    }
    await onHeld(pid, isFirst);
    isFirst = false;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
