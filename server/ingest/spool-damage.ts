import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { codeOf, namesIn, syncDirectory } from "./spool-files";

/**
 * Bytes of the spool that could not be read as a record, though a 2xx may have been sent for them. Each is a file of its own, with
 * exactly these bytes: `<id of the spool file>.<offset in it>.damaged`. People decide what becomes of it.
 */

/** `keepDamaged` refuses to keep more than this. Then the spool file stays as it is, so nothing is lost. */
const MAX_FILES = 1000;
const MAX_BYTES = 256 * 1024 * 1024;

const NAME = /^([^./\\\0]+)\.(\d+)\.damaged$/;

/** Thrown by the function that a drain calls: the record's checksum is right, but it holds no delivery. */
export class NotADelivery extends Error {
  override name = "NotADelivery";
}

export type DamagedFile = { name: string; bytes: number; keptAt: Date };

/** The damaged files, oldest first. Rejects with the file system's error. */
export async function listDamaged(directory: string): Promise<DamagedFile[]> {
  const files: DamagedFile[] = [];
  for (const name of (await namesIn(directory)).filter((name) => NAME.test(name)).sort()) {
    try {
      const { size, mtime } = await stat(join(directory, name));
      files.push({ name, bytes: size, keptAt: mtime });
    } catch (error) {
      if (codeOf(error) !== "ENOENT") {
        throw error;
      }
    }
  }
  return files;
}

/**
 * Keeps the damaged bytes of a spool file; durable when this resolves. To keep the same bytes again changes nothing, so a process may die
 * before it removes the spool file. Rejects with the file system's error, or with the code `DAMAGE_LIMIT`.
 */
export async function keepDamaged(directory: string, id: string, offset: number, bytes: Uint8Array): Promise<void> {
  const name = `${id}.${offset}.damaged`;
  const others = (await listDamaged(directory)).filter((file) => file.name !== name);
  const total = others.reduce((sum, file) => sum + file.bytes, bytes.length);
  if (others.length >= MAX_FILES || total > MAX_BYTES) {
    throw Object.assign(new Error("too many damaged records are kept"), { code: "DAMAGE_LIMIT" });
  }
  const path = join(directory, name);
  const handle = await open(`${path}.part`, "w", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.part`, path);
  await syncDirectory(directory);
}

/** The bytes of a damaged file; null if there is none with this name. */
export async function readDamaged(directory: string, name: string): Promise<Buffer | null> {
  try {
    return NAME.test(name) ? await readFile(join(directory, name)) : null;
  } catch (error) {
    if (codeOf(error) === "ENOENT") {
      return null;
    }
    throw error;
  }
}

/** Deletes a damaged file. Returns whether there was one with this name. */
export async function removeDamaged(directory: string, name: string): Promise<boolean> {
  return change(name, async () => {
    await rm(join(directory, name));
    await syncDirectory(directory);
  });
}

/**
 * Makes a damaged file a spool file again, whose records the next drain delivers; what is still damaged is kept again. Returns whether
 * there was one with this name.
 */
export async function putBackDamaged(directory: string, name: string, owner: string): Promise<boolean> {
  return change(name, async () => {
    await rename(join(directory, name), join(directory, `${nameAgain(name)}.${owner}.taken`));
    await syncDirectory(directory);
  });
}

/** In the id of a file that has no record without a 2xx. The door writes it too (`bootstrap/parked-deliveries.mjs`). */
const ACKNOWLEDGED = "_";

/** The id of the spool file that `putBackDamaged` makes of a damaged file. */
export function nameAgain(name: string): string {
  const [, id = "", offset = ""] = NAME.exec(name) ?? [];
  return `${id}${ACKNOWLEDGED}${offset}`;
}

/** Whether the id is that of a file that got its name when it was complete: of `putBackDamaged`, or of the door. */
export function wasComplete(id: string): boolean {
  return id.includes(ACKNOWLEDGED);
}

async function change(name: string, work: () => Promise<void>): Promise<boolean> {
  if (!NAME.test(name)) {
    return false;
  }
  try {
    await work();
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") {
      return false;
    }
    throw error;
  }
}
