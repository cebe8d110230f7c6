import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { codeOf } from "./spool-files";

/**
 * How much of the disk the spool may use. It leaves a reserve to everything else there, above all to PostgreSQL, which cannot even start
 * on a full disk: 5% of the disk, at least 512 MB and at most 2 GB, but never more than half of the disk.
 */

const MEGABYTE = 1024 * 1024;
const RESERVE = { share: 0.05, atLeast: 512 * MEGABYTE, atMost: 2048 * MEGABYTE, ofSmallDisk: 0.5 };

/** The code of an append that would use the reserve. */
export const SPOOL_FULL = "SPOOL_FULL";

/** "low": less than a fifth of what the spool may use is left, or less than 64 MB. */
export type SpaceState = "ok" | "low" | "full";
const LOW = { share: 0.2, bytes: 64 * MEGABYTE };
/** The largest delivery is 4 MB. */
const FULL_BYTES = 5 * MEGABYTE;

/** How many bytes the spool may still write; null if the system does not say. */
export async function freeBytes(directory: string): Promise<number | null> {
  try {
    const { bsize, blocks, bavail } = await statfs(directory);
    return Math.max(0, bavail * bsize - reserveOf(blocks * bsize));
  } catch (error) {
    const parent = dirname(resolve(directory));
    // The directory is created at the first append.
    return codeOf(error) === "ENOENT" && parent !== resolve(directory) ? freeBytes(parent) : null;
  }
}

/** The bytes that stay free, for a disk of this size. */
export function reserveOf(diskBytes: number): number {
  const wanted = Math.min(Math.max(RESERVE.share * diskBytes, RESERVE.atLeast), RESERVE.atMost);
  return Math.min(wanted, RESERVE.ofSmallDisk * diskBytes);
}

/** How near the spool is to its limit. `usedBytes` are the bytes of its files, `freeBytes` those it may still write. */
export function spaceState({ usedBytes, freeBytes }: { usedBytes: number; freeBytes: number }): SpaceState {
  if (freeBytes < FULL_BYTES) {
    return "full";
  }
  return freeBytes < LOW.share * (usedBytes + freeBytes) || freeBytes < LOW.bytes ? "low" : "ok";
}

/** What a delivery takes on disk if nothing is known: a call of a few minutes, with its transcript. */
const USUAL_BYTES = 32 * 1024;

/** About how many deliveries fit in this space. `averageBytes`: the average so far; null if there were none. */
export function deliveriesThatFit(freeBytes: number, averageBytes: number | null): number {
  return Math.floor(freeBytes / (averageBytes ?? USUAL_BYTES));
}
