import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { isIP } from "node:net";

import { keptHeaders } from "./kept-headers.mjs";
import { ParkedDeliveries } from "./parked-deliveries.mjs";
import { PAGE_HEADERS, startingPage } from "./starting-page.mjs";

/**
 * The door: a small web server that has the port while Callboard installs, builds and migrates. It keeps deliveries on disk, in the spool,
 * from which the application records them, and answers everything else with "starting". It needs no package, because it opens before any is
 * installed, and follows the rules of the webhook's route (`app/webhooks/sarj/[secret]/route.ts`).
 */

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const READ_DEADLINE_MS = 8000;
/** How much of a body is read and thrown away before a refusal: a client that still writes would not see the answer. */
const DISCARD = { bytes: 8 * 1024 * 1024, ms: 2000 };
const MAX_CONNECTIONS = 1000;
/** Above this number, a new connection closes the one that has waited longest without being a delivery's. The rest is for deliveries. */
const MAX_WAITING = 500;
const CALL_ID = /"call_id"\s*:\s*"([\w.:@-]{1,200})"/;

/**
 * Opens the door. Rejects with the error of `listen`, such as EADDRINUSE.
 *
 * @param {object} settings see `door-settings.mjs`
 * @param {{ onLine?: (line: string) => void, readDeadlineMs?: number }} options `onLine` gets a line of the log for each delivery
 */
export async function openDoor(settings, { onLine = () => {}, readDeadlineMs = READ_DEADLINE_MS } = {}) {
  const parked = new ParkedDeliveries(settings.spoolDirectory);
  const open = new Set();
  /** The connections on which no delivery has begun, the oldest first. */
  const waiting = new Set();
  const server = createServer((request, response) => {
    // No connection stays open, so that none is left when the door closes.
    response.shouldKeepAlive = false;
    const answering = answer(request, response, { settings, parked, waiting, onLine, readDeadlineMs })
      .catch(() => response.destroy())
      .finally(() => open.delete(answering));
    open.add(answering);
  });
  server.on("connection", (socket) => {
    waiting.add(socket);
    socket.once("close", () => waiting.delete(socket));
    if (waiting.size > MAX_WAITING) {
      const [longest] = waiting;
      waiting.delete(longest);
      longest.destroy();
    }
  });
  server.headersTimeout = READ_DEADLINE_MS;
  server.requestTimeout = READ_DEADLINE_MS + 2000;
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: settings.port, host: settings.host }, resolve);
  });
  await parked.removeUnfinished();
  return {
    /** The listening socket. Another process that gets it can accept connections from it, also after this one has closed. */
    // oxlint-disable-next-line no-underscore-dangle -- Sent as a `Server`, the other process would accept from it at once.
    socket: server._handle,
    /** How many deliveries were stored. */
    get parked() {
      return parked.count;
    },
    /** Accepts no more connections, and resolves when all requests are answered. */
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.all(open);
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request, response, context) {
  const path = pathOf(request.url ?? "/");
  if (!/^\/webhooks(\/|$)/.test(path)) {
    answerStarting(request, response, path, context);
    return;
  }
  const given = /^\/webhooks\/sarj\/([^/]+)\/?$/.exec(path)?.[1];
  const secret = given === undefined ? null : decoded(given);
  if (secret !== null && request.method !== "POST") {
    await discard(request);
    send(response, 405, { error: "method_not_allowed" }, { Allow: "POST" });
    return;
  }
  const secretLabel = secret === null ? null : matchSecret(secret, context.settings.secrets);
  if (secretLabel === null) {
    await discard(request);
    send(response, 404, { error: "not_found" });
    return;
  }
  await receive(request, response, secretLabel, context);
}

/** Stores a delivery and answers 202. The codes are those of `server/ingest/receive.ts`. */
async function receive(request, response, secretLabel, { settings, parked, waiting, onLine, readDeadlineMs }) {
  waiting.delete(request.socket);
  const startedAt = performance.now();
  const id = randomUUID();
  const done = (status, body, fields, headers) => {
    send(response, status, body, headers);
    onLine(
      JSON.stringify({
        time: new Date().toISOString(),
        level: status < 300 ? "info" : "warn",
        event: "delivery",
        request_id: id,
        secret_label: secretLabel,
        status,
        ms: Math.round(performance.now() - startedAt),
        ...fields,
      }),
    );
  };
  const { body, problem, status } = await readBody(request, readDeadlineMs);
  if (body === undefined) {
    if (problem === "cut_off") {
      response.destroy();
    } else {
      done(status, { error: problem }, { error_code: problem });
    }
    return;
  }
  const headers = headersOf(request);
  const callId = callIdOf(body);
  const fields = {
    bytes: body.length,
    sha256: createHash("sha256").update(body).digest("hex").slice(0, 12),
    call_id: callId,
  };
  try {
    await parked.add(
      {
        secretLabel,
        sourceIp: clientIp(headers, settings.clientIpHeader),
        id,
        contentType: headers.get("content-type")?.slice(0, 200) ?? null,
        contentEncoding: headers.get("content-encoding")?.slice(0, 200) ?? null,
        headers: keptHeaders(headers, settings.ownSecrets),
        receivedAt: new Date().toISOString(),
      },
      body,
    );
  } catch (error) {
    const code = error.code ?? "unknown";
    done(503, { error: "not_stored", call_id: callId }, { ...fields, error_code: code }, { "Retry-After": "2" });
    return;
  }
  const verdict = "spooled";
  done(202, { verdict, call_id: callId, delivery_id: null }, { ...fields, verdict, error_code: "starting" });
}

/** Health says `starting`. Programs get JSON, people a page. */
function answerStarting(request, response, path, { settings, parked }) {
  request.resume();
  const headers = { "Retry-After": "5" };
  if (path === "/api/health") {
    const unknown = { last_delivery_at: null, quarantined: null };
    const health = { status: "starting", database: "unavailable", ...unknown, held: 0, spooled: parked.count };
    send(response, 503, { ...health, version: settings.version }, headers);
  } else if (path.startsWith("/api/") || path === "/api") {
    send(response, 503, { error: "starting" }, headers);
  } else {
    send(response, 503, startingPage(request.headers), { ...headers, ...PAGE_HEADERS });
  }
}

function send(response, status, body, headers = {}) {
  const isText = typeof body === "string";
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  response.writeHead(status, {
    ...(isText ? {} : { "Content-Type": "application/json" }),
    "Content-Length": bytes.length,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    ...headers,
    Connection: "close",
  });
  response.end(bytes);
}

/* ── Reading a request ───────────────────────────────────────────────────────────────────────────────────────────── */

/** The path without the query, the scheme and the host, with single slashes, as `lib/http/webhook-request.ts` reads it. */
function pathOf(target) {
  const [path = "/"] = target.split(/[?#]/, 1);
  return path.replace(/^https?:\/\/[^/\\]*/i, "").replaceAll(/[/\\]+/g, "/") || "/";
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The label of the secret that equals `candidate`; null if none does. Compares every secret in constant time, as `lib/sarj/secrets.ts`. */
function matchSecret(candidate, secrets) {
  const given = createHash("sha256").update(candidate).digest();
  let matched = null;
  for (const secret of secrets) {
    const digest = createHash("sha256").update(secret).digest();
    if (timingSafeEqual(given, digest)) {
      matched = digest.toString("hex").slice(0, 8);
    }
  }
  return matched;
}

/** Reads the body up to the limit and within the time. Memory stays flat: what is over the limit is not kept. */
async function readBody(request, deadlineMs) {
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) {
    await discard(request);
    return { problem: "too_large", status: 413 };
  }
  const chunks = [];
  let size = 0;
  const isComplete = await readFor(request, deadlineMs, (chunk) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) {
      chunks.push(chunk);
    }
    return size <= MAX_BODY_BYTES;
  });
  if (size > MAX_BODY_BYTES) {
    await discard(request);
    return { problem: "too_large", status: 413 };
  }
  if (isComplete) {
    return { body: Buffer.concat(chunks) };
  }
  return request.destroyed ? { problem: "cut_off" } : { problem: "too_slow", status: 408 };
}

async function discard(request) {
  let left = DISCARD.bytes;
  await readFor(request, DISCARD.ms, (chunk) => (left -= chunk.length) > 0);
}

/** Reads until the end, a `false` of `onChunk`, the deadline or a lost connection. Resolves with whether the end was reached. */
function readFor(request, deadlineMs, onChunk) {
  if (request.complete && request.readableEnded) {
    return Promise.resolve(true);
  }
  return new Promise((resolve) => {
    const settle = (isComplete) => {
      clearTimeout(timer);
      request.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      request.on("error", () => {});
      request.pause();
      resolve(isComplete);
    };
    const onData = (chunk) => {
      if (!onChunk(chunk)) {
        settle(false);
      }
    };
    const onEnd = () => settle(true);
    const onClose = () => settle(false);
    const timer = setTimeout(settle, deadlineMs, false);
    request.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
  });
}

function headersOf({ rawHeaders }) {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    try {
      headers.append(rawHeaders[at], rawHeaders[at + 1]);
    } catch {
      // Node's parser is laxer than the standard. The delivery is worth more than such a header.
    }
  }
  return headers;
}

/** The client's address from the trusted header; in a list, the last one. The application checks it against the allowed ranges. */
function clientIp(headers, trustedHeader) {
  const last = trustedHeader === undefined ? undefined : headers.get(trustedHeader)?.split(",").at(-1)?.trim();
  return last !== undefined && isIP(last) !== 0 && !last.includes("%") ? last : null;
}

/** The first id of a call in a body, for the answer and the log. The application parses the body, for which a hostile one may need seconds. */
function callIdOf(body) {
  return CALL_ID.exec(body.toString("latin1"))?.[1] ?? null;
}
