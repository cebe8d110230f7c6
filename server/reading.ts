import { headers } from "next/headers";

import { replicaState } from "@/db/driver/client";
import type { Lsn } from "@/db/driver/lsn";
import { chooseReading, decideByRequest, type Reading } from "@/db/driver/replica-reads";
import { noteChange } from "@/db/people/last-change";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

/**
 * Where a request reads lists and figures: on the replica or on the primary, decided once, by the gate that it passes first. Without
 * `DATABASE_REPLICA_URL` nothing here does anything. Sessions, users and settings are always read from the primary.
 */

/** By the headers of the request, which are one object until it ends. */
const readings = perProcess("readings", () => new WeakMap<object, Promise<Reading>>());

decideByRequest(async () => (await readings.get(await headers())) ?? null);

/**
 * Decides for this request. If one request has an action and then renders the page, each decides.
 *
 * @param changed up to where the replica must have come to show what this person has changed
 */
export async function decideReading(changed: Lsn | null): Promise<void> {
  if (replicaState !== null) {
    readings.set(await headers(), chooseReading(replicaState, changed));
  }
}

/**
 * Notes that a user has just changed something, or may have. Never throws: the change is made, and the worst is that this user does not see it for the
 * moment that the replica is behind.
 */
export async function noteChangeOf(userId: string): Promise<void> {
  if (replicaState !== null) {
    await noteChange(userId).catch((error: unknown) => {
      log("warn", "change_not_noted", { error_code: errorCode(error) });
    });
  }
}

/** What is this old needs no mention: pages show the past of a few seconds without a replica too. */
const UNMENTIONED_MS = 5_000;

/** How old the lists and figures of this request are. `asOf` is null if nobody knows. Null if there is nothing to say. */
export async function readAge(): Promise<{ asOf: Date | null; milliseconds: number } | null> {
  const reading = await readings.get(await headers());
  if (reading === undefined || reading.from === "primary") {
    return null;
  }
  const { asOf, behindMs } = reading.condition;
  return behindMs !== null && behindMs < UNMENTIONED_MS ? null : { asOf, milliseconds: behindMs ?? 0 };
}
