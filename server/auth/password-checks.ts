import { APIError, isAPIError } from "better-auth/api";
import { hashPassword as hash, verifyPassword as verify } from "better-auth/crypto";

import { log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

/**
 * Limits how many passwords are hashed at once. A hash (scrypt) occupies one of the four threads that Node also needs for DNS, files and
 * compression, so strangers who send many passwords would make every page and delivery wait.
 *
 * There are two lanes. `strangers`: sign-ins from browsers in which this user has never signed in. `known`: everyone who has shown something
 * that a stranger does not have, such as a session, a one-time link or a known device. Each lane has its own places, and `known` goes first.
 */
export type Lane = "known" | "strangers";

/** Half of the threads. */
const AT_ONCE = 2;
/** The places of a lane: those whose password is checked, and those who wait. */
const PLACES = AT_ONCE + 8;
/** The places of strangers from one client address, so that it cannot take all of them. */
const PLACES_OF_ADDRESS = 4;
const RETRY_AFTER_SECONDS = 3;
/** A flood writes one line per minute to the log. */
const LOGGED_EVERY_MS = 60_000;

/** The state of one process. Exported for its unit test; the application has the one of `checks`. */
export function makeChecks() {
  const waiting: Record<Lane, (() => void)[]> = { known: [], strangers: [] };
  const taken: Record<Lane, number> = { known: 0, strangers: 0 };
  const takenByAddress = new Map<string, number>();
  let running = 0;

  return {
    /**
     * Takes a place in a lane, or returns null if there is none. Call the returned function once, when the sign-in has been answered.
     *
     * @param address the client's address or its hash; null if it is unknown
     */
    enter(lane: Lane, address: string | null = null): (() => void) | null {
      const ofAddress = address === null ? 0 : (takenByAddress.get(address) ?? 0);
      if (taken[lane] >= PLACES || (lane === "strangers" && ofAddress >= PLACES_OF_ADDRESS)) {
        return null;
      }
      taken[lane] += 1;
      if (address !== null) {
        takenByAddress.set(address, ofAddress + 1);
      }
      return () => {
        taken[lane] -= 1;
        if (address !== null) {
          const left = (takenByAddress.get(address) ?? 1) - 1;
          if (left === 0) {
            takenByAddress.delete(address);
          } else {
            takenByAddress.set(address, left);
          }
        }
      };
    },

    /** Runs work as soon as fewer than two run. */
    async run<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
      if (running >= AT_ONCE) {
        // The one that ends passes its turn on, so `running` stays the same.
        await new Promise<void>((resolve) => waiting[lane].push(resolve));
      } else {
        running += 1;
      }
      try {
        return await work();
      } finally {
        const next = waiting.known.shift() ?? waiting.strangers.shift();
        if (next === undefined) {
          running -= 1;
        } else {
          next();
        }
      }
    },
  };
}

const checks = perProcess("password checks", makeChecks);
const lastLog = perProcess("password checks refused", () => ({ at: -Infinity }));

/** Takes a place for a sign-in. Throws better-auth's 429 if there is none. Call the returned function when the sign-in has been answered. */
export function enterLane(lane: Lane, address: string | null): () => void {
  const leave = checks.enter(lane, address);
  if (leave !== null) {
    return leave;
  }
  if (performance.now() - lastLog.at > LOGGED_EVERY_MS) {
    lastLog.at = performance.now();
    log("warn", "sign_in_busy", { reason: lane });
  }
  throw tooMany("BUSY", "Too many people are signing in right now. Try again in a few seconds.", RETRY_AFTER_SECONDS);
}

/** Hashes a password of someone in a lane, who has a place there. */
export function hashInLane(lane: Lane, password: string): Promise<string> {
  return checks.run(lane, () => hash(password));
}

/** Checks a password of someone in a lane, who has a place there. */
export function verifyInLane(lane: Lane, password: { hash: string; password: string }): Promise<boolean> {
  return checks.run(lane, () => verify(password));
}

/**
 * Hashes the new password of someone who is no stranger: a signed-in user, the holder of a link or of the set-up code. Throws the 429 that
 * `tooManyReason` reads if too many wait already.
 */
export function hashPassword(password: string): Promise<string> {
  return asKnown(() => hash(password));
}

/** Checks the current password of a signed-in user. Throws as `hashPassword` does. */
export function verifyKnown(password: { hash: string; password: string }): Promise<boolean> {
  return asKnown(() => verify(password));
}

async function asKnown<T>(work: () => Promise<T>): Promise<T> {
  const leave = enterLane("known", null);
  try {
    return await checks.run("known", work);
  } finally {
    leave();
  }
}

/** better-auth's 429, with `Retry-After`. */
export function tooMany(code: "BUSY" | "TOO_MANY_ATTEMPTS", message: string, retryAfter: number): APIError {
  return new APIError("TOO_MANY_REQUESTS", { code, message, retryAfter }, { "retry-after": String(retryAfter) });
}

/**
 * Reads an error of `tooMany`, as a refusal of an action; null for every other error. `busy`: too many people are signing in. `tooMany`: too
 * many attempts of this person. `seconds`: how long to wait.
 */
export function tooManyReason(error: unknown): { ok: false; reason: "busy" | "tooMany"; seconds: number } | null {
  if (!isAPIError(error) || error.status !== "TOO_MANY_REQUESTS") {
    return null;
  }
  const { code, retryAfter } = (error.body ?? {}) as { code?: unknown; retryAfter?: unknown };
  const seconds = Number(retryAfter);
  return {
    ok: false,
    reason: code === "BUSY" ? "busy" : "tooMany",
    seconds: Number.isFinite(seconds) ? seconds : 60,
  };
}
