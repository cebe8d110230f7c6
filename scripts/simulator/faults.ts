/**
 * A failure that the vendor simulates on request.
 *
 * | kind         | API                                             | recording                                |
 * |--------------|-------------------------------------------------|------------------------------------------|
 * | `status`     | `status` with the error envelope                | `status` with the storage's XML error    |
 * | `hang`       | accepts the request and never answers           | the same                                 |
 * | `html`       | an HTML page (status 200 unless given)          | the same                                 |
 * | `malformed`  | incomplete JSON, with the right length          | bytes that are not a recording           |
 * | `other_call` | a well-formed answer about another call         | (no meaning)                             |
 * | `redirect`   | 302 to `location`                               | the same                                 |
 * | `cut`        | half the body, then the connection is reset     | the same                                 |
 */
export interface Fault {
  /** `permanent_recording`: `GET /calls/{id}/recording` alone, which is also a part of the API. */
  on: "api" | "recording" | "permanent_recording";
  kind: "status" | "hang" | "html" | "malformed" | "other_call" | "redirect" | "cut";
  /** For `status` (default 500) and `html` (default 200). */
  status?: number;
  /** `error.type` of the envelope; default: the contract's type for the status. */
  errorType?: string;
  /** Seconds, sent as `Retry-After`. */
  retryAfter?: number;
  /** For `redirect`; default: the metadata address that a server must never fetch. */
  location?: string;
  /** The number of requests that fail; default: all requests until the fault is cleared. */
  times?: number;
  /** If given, the fault applies only to requests for this call. */
  callId?: string;
}

export interface FaultQueue {
  add(fault: Fault): void;
  clear(): void;
  /** Returns the first fault that applies to this request and counts the request. undefined: respond normally. */
  take(on: Fault["on"], callId: string | undefined): Fault | undefined;
  list(): Fault[];
}

/** Creates the queue of one vendor's faults, in the order in which they are added. */
export function faultQueue(): FaultQueue {
  let faults: Fault[] = [];
  return {
    add: (fault) => void faults.push({ ...fault }),
    clear: () => {
      faults = [];
    },
    list: () => faults.map((fault) => ({ ...fault })),
    take(on, callId) {
      const fault = faults.find((f) => f.on === on && (f.callId === undefined || f.callId === callId));
      if (fault?.times !== undefined) {
        fault.times -= 1;
        if (fault.times <= 0) faults = faults.filter((f) => f !== fault);
      }
      return fault;
    },
  };
}

/** Reads a fault from a control request. Returns a string that describes the problem if the request is invalid. */
export function parseFault(input: unknown): Fault | string {
  if (typeof input !== "object" || input === null) return "a fault is an object";
  const given = new Map(Object.entries(input));
  const on = given.get("on");
  const kind = given.get("kind");
  if (on !== "api" && on !== "recording" && on !== "permanent_recording") {
    return 'on: "api", "recording" or "permanent_recording"';
  }
  const known = ["status", "hang", "html", "malformed", "other_call", "redirect", "cut"] as const;
  const found = known.find((name) => name === kind);
  if (found === undefined) return `kind: one of ${known.join(", ")}`;
  const fault: Fault = { on, kind: found };
  for (const name of ["status", "retryAfter", "times"] as const) {
    const value = given.get(name);
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0) return `${name}: a whole number`;
    fault[name] = value;
  }
  for (const name of ["errorType", "location", "callId"] as const) {
    const value = given.get(name);
    if (value === undefined) continue;
    if (typeof value !== "string") return `${name}: a string`;
    fault[name] = value;
  }
  return fault;
}
