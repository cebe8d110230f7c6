import type { IncomingMessage } from "node:http";

/** The largest body that anything but the webhook accepts, in bytes. Server actions have the same limit: a long list is sent in parts. */
const MAX_BODY_BYTES = 1024 * 1024;
/** The largest number of bytes that all requests together may hold, until they are answered. */
const MAX_ALL_BYTES = 24 * 1024 * 1024;
/** A body must be complete after this time … */
const MAX_MS = 30_000;
/** … and must not pause for longer than this. */
const MAX_PAUSE_MS = 10_000;

const FIRST_BYTES = 4 * 1024;

export type BodyProblem = "too_large" | "too_slow" | "cut_off" | "busy";

type ReceivedBody = {
  bytes: Buffer;
  size: number;
  beganAt: number;
  progressAt: number;
  /** Ends the reading before the body is complete. */
  fail: (problem: BodyProblem) => void;
};

/** The bodies that are not complete yet, the oldest first. */
const incomplete = new Set<ReceivedBody>();
/** The bytes that are allocated for incomplete bodies and for complete ones whose request is not answered yet. */
let allBytes = 0;

/** Whether a request announces a body (RFC 9112, 6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** Whether a request announces more bytes than `MAX_BODY_BYTES`. */
export function isAnnouncedTooLarge({ headers }: IncomingMessage): boolean {
  return Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES;
}

/**
 * Receives a body completely before Next sees the request. Next would keep up to 10 MB of each body in memory, of unknown paths and of
 * strangers too, and would wait for its end without a limit. Calls `done` once: with null when the whole body can be read from `request`, else
 * with the problem; then the request must not be handed on. Call the returned function when the request is answered or its connection is
 * closed: it gives the memory back.
 */
export function receiveBody(request: IncomingMessage, done: (problem: BodyProblem | null) => void): () => void {
  const now = performance.now();
  const push = request.push.bind(request);
  const end = (problem: BodyProblem | null) => {
    if (incomplete.delete(body)) {
      if (problem !== null) {
        release();
      }
      done(problem);
    }
  };
  const body: ReceivedBody = { bytes: Buffer.alloc(0), size: 0, beganAt: now, progressAt: now, fail: end };
  const release = () => {
    allBytes -= body.bytes.length;
    body.bytes = Buffer.alloc(0);
  };
  incomplete.add(body);
  request.once("close", () => end("cut_off"));
  // Node's parser gives each piece of a body to `push`. The pieces are copied into one buffer: a body of one-byte pieces would need a
  // hundred times its size.
  request.push = (piece: Buffer | null) => {
    if (!incomplete.has(body)) {
      // Nothing else is done with what comes after a problem: see `leaveUnread`.
      request.push = push;
      return push(piece);
    }
    if (piece !== null) {
      append(body, piece);
      return true;
    }
    request.push = push;
    push(body.bytes.subarray(0, body.size));
    push(null);
    end(null);
    return false;
  };
  return () => {
    incomplete.delete(body);
    release();
  };
}

function append(body: ReceivedBody, piece: Buffer): void {
  const size = body.size + piece.length;
  if (size > MAX_BODY_BYTES) {
    body.fail("too_large");
    return;
  }
  if (size > body.bytes.length) {
    const capacity = Math.min(MAX_BODY_BYTES, Math.max(FIRST_BYTES, 2 * body.bytes.length, size));
    allBytes += capacity - body.bytes.length;
    const larger = Buffer.allocUnsafeSlow(capacity);
    body.bytes.copy(larger, 0, 0, body.size);
    body.bytes = larger;
  }
  piece.copy(body.bytes, body.size);
  body.size = size;
  body.progressAt = performance.now();
  if (allBytes > MAX_ALL_BYTES) {
    // It holds at least as much as this body has just added.
    largest().fail("busy");
  }
}

/** The largest incomplete body, of equal ones the oldest: those of people are small. */
function largest(): ReceivedBody {
  return [...incomplete].reduce((found, body) => (body.bytes.length > found.bytes.length ? body : found));
}

/** Ends the reading of bodies that take too long. Call it every second. */
export function endSlowBodies(): void {
  const now = performance.now();
  for (const body of incomplete) {
    if (now - body.beganAt > MAX_MS || now - body.progressAt > MAX_PAUSE_MS) {
      body.fail("too_slow");
    }
  }
}
