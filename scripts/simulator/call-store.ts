import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

import type { VendorCall } from "./contract";

/** The calls that the simulated vendor knows. */
export interface CallStore {
  get(id: string): VendorCall | undefined;
  /** Returns any call except this one. */
  other(id: string): VendorCall | undefined;
  add(calls: readonly VendorCall[]): void;
  readonly size: number;
}

/**
 * Keeps calls in memory and, if `file` is given, also as JSON lines in that file. Without a file, a restarted vendor answers 404 for
 * every call that the receiver has stored. A later line for a call replaces an earlier one.
 */
export function callStore(file: string | undefined): CallStore {
  const calls = new Map<string, VendorCall>();
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file)) {
      for (const line of readFileSync(file, "utf8").split("\n")) {
        const call = parseLine(line);
        if (call !== null) calls.set(call.id, call);
      }
    }
  }
  return {
    get: (id) => calls.get(id),
    other(id) {
      for (const call of calls.values()) if (call.id !== id) return call;
      return undefined;
    },
    add(added) {
      for (const call of added) calls.set(call.id, call);
      if (file !== undefined && added.length > 0) {
        appendFileSync(file, added.map((call) => `${JSON.stringify(call)}\n`).join(""));
      }
    },
    get size() {
      return calls.size;
    },
  };
}

/** Returns null for an incomplete line, which remains if the process is killed during a write. Only that call is lost. */
function parseLine(line: string): VendorCall | null {
  if (line === "") return null;
  try {
    const call: VendorCall = JSON.parse(line);
    return call;
  } catch {
    return null;
  }
}
