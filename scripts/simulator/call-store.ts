import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

import type { VendorCall } from "./contract";

/** The calls that the simulated vendor knows. */
export interface CallStore {
  get(id: string): VendorCall | undefined;
  /** Returns any call except this one. */
  other(id: string): VendorCall | undefined;
  all(): Iterable<VendorCall>;
  /** Adds calls, or replaces those with the same id. `pending`: the vendor itself has yet to send their webhooks. */
  add(calls: readonly VendorCall[], options?: { pending: boolean }): void;
  remove(ids: readonly string[]): void;
  isPending(id: string): boolean;
  /** Returns the calls whose webhooks the vendor has yet to send. */
  pending(): VendorCall[];
  readonly size: number;
}

/** One line of the file. A later line for a call replaces an earlier one. */
type Line = { id: string } & ({ call: VendorCall; pending?: true } | { removed: true });

/**
 * Keeps calls in memory and, if `file` is given, also as JSON lines in that file. Without a file, a restarted vendor answers 404 for
 * every call that the receiver has stored.
 */
export function callStore(file: string | undefined): CallStore {
  const calls = new Map<string, VendorCall>();
  const pending = new Set<string>();
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file)) {
      for (const text of readFileSync(file, "utf8").split("\n")) {
        const line = parseLine(text);
        if (line !== null) apply(line);
      }
    }
  }

  function apply(line: Line): void {
    if ("removed" in line) calls.delete(line.id);
    else calls.set(line.id, line.call);
    if ("call" in line && line.pending === true) pending.add(line.id);
    else pending.delete(line.id);
  }
  function write(lines: readonly Line[]): void {
    for (const line of lines) apply(line);
    if (file !== undefined && lines.length > 0) {
      appendFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    }
  }
  return {
    get: (id) => calls.get(id),
    other(id) {
      for (const call of calls.values()) if (call.id !== id) return call;
      return undefined;
    },
    all: () => calls.values(),
    add: (added, options) =>
      write(added.map((call) => ({ id: call.id, call, ...(options?.pending === true ? { pending: true } : {}) }))),
    remove: (ids) => write(ids.map((id) => ({ id, removed: true }))),
    isPending: (id) => pending.has(id),
    pending: () => [...pending].flatMap((id) => calls.get(id) ?? []),
    get size() {
      return calls.size;
    },
  };
}

/** Returns null for an incomplete line, which remains if the process is killed during a write. Only that call is lost. */
function parseLine(text: string): Line | null {
  if (text === "") return null;
  try {
    const line: Line | OldCall = JSON.parse(text);
    return "webhook" in line ? { id: line.id, call: upgraded(line) } : line;
  } catch {
    return null;
  }
}

/** A line that the demo wrote before calls had retries and bookings. */
type OldCall = Omit<VendorCall, "dialledAt">;

function upgraded(call: OldCall): VendorCall {
  const added = {
    retry_attempt_number: 1,
    root_call_id: null,
    next_retry_at: null,
    is_retry: false,
    scheduled_at: null,
    permanent_recording_url: null,
  };
  return { ...call, data: { ...added, ...call.data }, dialledAt: call.data.created_at };
}
