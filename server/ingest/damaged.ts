import { errorCode, log } from "@/lib/log";

import { deliverySpool } from "./delivery-spool";
import { type DamagedFile, listDamaged, nameAgain, readDamaged, removeDamaged } from "./spool-damage";

/** A damaged record of the spool, as an administrator sees it. */
export type DamagedRecord = DamagedFile & {
  /** The call it was about, if that can still be read: the API may know the call. */
  callId: string | null;
};

const MAX_LISTED = 20;
const CALL_ID = /"call_id"\s*:\s*"([^"\\]{1,200})"/;

/** The damaged records of this process's spool, oldest first, at most 20. `folder` is where their files are. Empty if it cannot be read. */
export async function readDamagedRecords(): Promise<{ folder: string; total: number; records: DamagedRecord[] }> {
  const spool = deliverySpool();
  if (spool === null) {
    return { folder: "", total: 0, records: [] };
  }
  try {
    const files = await listDamaged(spool.directory);
    const records: DamagedRecord[] = [];
    for (const file of files.slice(0, MAX_LISTED)) {
      const bytes = await readDamaged(spool.directory, file.name).catch(() => null);
      const [, callId = null] = CALL_ID.exec(bytes?.toString("latin1") ?? "") ?? [];
      records.push({ ...file, callId });
    }
    return { folder: spool.directory, total: files.length, records };
  } catch (error) {
    log("warn", "spool_damaged_unreadable", { error_code: errorCode(error) });
    return { folder: spool.directory, total: 0, records: [] };
  }
}

/** Deletes a damaged record. Returns whether there was one. Rejects with the file system's error. */
export async function deleteDamagedRecord(name: string): Promise<boolean> {
  const spool = deliverySpool();
  return spool !== null && removeDamaged(spool.directory, name);
}

/**
 * Reads a damaged record again, as after a repair of the disk. `drain` stores what is in the spool. `damaged`: it still cannot be read and is
 * kept as before; `gone`: there is none with this name.
 */
export async function retryDamagedRecord(
  name: string,
  drain: () => Promise<unknown>,
): Promise<"read" | "damaged" | "gone"> {
  const spool = deliverySpool();
  if (spool === null || !(await spool.tryDamagedAgain(name))) {
    return "gone";
  }
  await drain();
  const id = nameAgain(name);
  const isThere = (await listDamaged(spool.directory)).some((file) => file.name.startsWith(`${id}.`));
  return isThere ? "damaged" : "read";
}
