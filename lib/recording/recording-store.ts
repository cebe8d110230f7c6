import { lookup as resolve, type LookupAddress } from "node:dns";
import { request as requestHttp, Agent as HttpAgent, type ClientRequest, type IncomingMessage } from "node:http";
import { request as requestHttps, Agent as HttpsAgent } from "node:https";
import { isIP, type LookupFunction } from "node:net";

import { isLoopbackAddress, isPublicAddress } from "@/lib/http/public-address";
import { perProcess } from "@/lib/per-process";

import { isFetchable } from "./recording-url";

/** A recording or a part of it, as sent by the store. The caller must read or cancel the body. */
export type OpenedRecording = {
  ok: true;
  /** 416: the range lies outside the recording; there is no body. */
  status: 200 | 206 | 416;
  contentType: string;
  contentLength: number | null;
  /** `bytes 0-99/1000`; for 416, `*` replaces the range. Null for a whole recording. */
  contentRange: string | null;
  body: ReadableStream<Uint8Array> | null;
};

/**
 * `not_allowed_host`: the URL's host or its address must not be requested, or the store redirected, which is never followed.
 * `refused`: the store refused the URL.
 */
export type StoreProblem = "not_allowed_host" | "refused" | "timeout" | "unreachable" | "unexpected_answer";

export type StoreAnswer = OpenedRecording | { ok: false; problem: StoreProblem };

const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;
/** About the size of the longest credible recording, one day. */
const MAX_RECORDING_BYTES = 2 * 1024 ** 3;

/** The types passed on to browsers. Other types become `audio/mp4`, the type that the vendor documents. */
const CONTENT_TYPES = new Set([
  "audio/mp4",
  "video/mp4",
  "audio/mpeg",
  "audio/wav",
  "audio/x-wav",
  "audio/ogg",
  "audio/webm",
]);

/** GCS answers an expired or altered signature with 400 or 403 and a deleted file with 404. */
const REFUSALS = new Set([400, 401, 403, 404, 410]);

/**
 * Requests a recording from the store. Never throws: each failure has a code. Requests only listed hosts, over https and at
 * public addresses (except the loopback `host:port` of a simulated store), and follows no redirect. Connects to the address
 * that was checked, which defeats DNS rebinding.
 *
 * @param options.range one range of bytes, `bytes=0-99`; null for the whole recording
 * @param options.signal ends the exchange with the store, even while the body is read
 * @param options.idleMs how long a read waits for the store to send something
 */
export async function openRecording(
  url: string,
  options: { hosts: readonly string[]; range: string | null; signal?: AbortSignal; idleMs?: number },
): Promise<StoreAnswer> {
  const { hosts, range, signal, idleMs = IDLE_TIMEOUT_MS } = options;
  if (!isFetchable(url, hosts)) {
    return { ok: false, problem: "not_allowed_host" };
  }
  try {
    return answerOf(await exchange(new URL(url), { range, signal, idleMs }), { range, idleMs });
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

type ExchangeOptions = { range: string | null; signal: AbortSignal | undefined; idleMs: number };

function answerOf(
  response: IncomingMessage,
  { range, idleMs }: Pick<ExchangeOptions, "range" | "idleMs">,
): StoreAnswer {
  const status = response.statusCode ?? 0;
  const length = wholeNumber(response.headers["content-length"]);
  const contentRange = /^bytes [\d*][\d/*-]{0,80}$/.exec(response.headers["content-range"] ?? "")?.[0] ?? null;
  const isWhole = status === 200;
  const isPart = status === 206 && range !== null && contentRange !== null;
  if ((isWhole || isPart) && (length ?? 0) <= MAX_RECORDING_BYTES) {
    return {
      ok: true,
      status,
      contentType: contentTypeOf(response),
      contentLength: length,
      contentRange: isPart ? contentRange : null,
      body: bodyOf(response, idleMs),
    };
  }
  response.destroy();
  if (status === 416 && range !== null) {
    return { ok: true, status, contentType: contentTypeOf(response), contentLength: null, contentRange, body: null };
  }
  if (status >= 300 && status < 400) {
    return { ok: false, problem: "not_allowed_host" };
  }
  return { ok: false, problem: REFUSALS.has(status) ? "refused" : "unexpected_answer" };
}

function contentTypeOf(response: IncomingMessage): string {
  const [type = ""] = (response.headers["content-type"] ?? "").toLowerCase().split(";");
  return CONTENT_TYPES.has(type.trim()) ? type.trim() : "audio/mp4";
}

/**
 * The body as a stream that does not read ahead, so that a slow client applies back pressure to the store. Only the time
 * spent waiting for the store counts as idle.
 */
function bodyOf(response: IncomingMessage, idleMs: number): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Buffer> = response[Symbol.asyncIterator]();
  let size = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const timer = setTimeout(() => response.destroy(new StoreError("timeout")), idleMs);
        try {
          const next = await chunks.next();
          size += next.done === true ? 0 : next.value.byteLength;
          if (next.done === true) {
            controller.close();
          } else if (size > MAX_RECORDING_BYTES) {
            response.destroy();
            controller.error(new StoreError("unexpected_answer"));
          } else {
            controller.enqueue(next.value);
          }
        } catch (error) {
          controller.error(new StoreError(problemOf(error)));
        } finally {
          clearTimeout(timer);
        }
      },
      cancel() {
        response.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

async function exchange(url: URL, options: ExchangeOptions): Promise<IncomingMessage> {
  for (;;) {
    const request = send(url, options);
    try {
      return await headersOf(request, options.idleMs);
    } catch (error) {
      // The store closed a kept-alive connection while it was being reused. The request had no answer, so repeat it.
      if (request.reusedSocket && options.signal?.aborted !== true && !(error instanceof StoreError)) {
        continue;
      }
      throw error;
    }
  }
}

const agents = perProcess("recording store connections", () => ({
  http: new HttpAgent({ keepAlive: true, maxFreeSockets: 16, timeout: 60_000 }),
  https: new HttpsAgent({ keepAlive: true, maxFreeSockets: 16, timeout: 60_000 }),
}));

function send(url: URL, { range, signal }: ExchangeOptions): ClientRequest {
  const isSecure = url.protocol === "https:";
  const mayConnect = isSecure ? isPublicAddress : isLoopbackAddress;
  const literal = url.hostname.replaceAll(/^\[|\]$/g, "");
  // Node does not look up literal addresses, so check them here.
  if (isIP(literal) !== 0 && !mayConnect(literal)) {
    throw new StoreError("not_allowed_host");
  }
  const options = {
    agent: isSecure ? agents.https : agents.http,
    lookup: checkedLookup(mayConnect),
    headers: { "accept-encoding": "identity", ...(range === null ? {} : { range }) },
    ...(signal === undefined ? {} : { signal }),
  };
  return isSecure ? requestHttps(url, options) : requestHttp(url, options);
}

/** Sends the request and waits for the headers of the answer. */
async function headersOf(request: ClientRequest, idleMs: number): Promise<IncomingMessage> {
  const { promise, resolve: succeed, reject: fail } = Promise.withResolvers<IncomingMessage>();
  const giveUp = () => request.destroy(new StoreError("timeout"));
  let timer = setTimeout(giveUp, CONNECT_TIMEOUT_MS);
  const connected = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, idleMs);
  };
  request.on("error", fail);
  request.once("response", succeed);
  // After a 101, Node closes the connection and reports no error.
  request.once("close", () => fail(new StoreError("unexpected_answer")));
  request.once("socket", (socket) => {
    if (socket.connecting) {
      socket.once("secureConnect", connected);
      socket.once("connect", () => (request.protocol === "https:" ? undefined : connected()));
    } else {
      connected();
    }
  });
  request.end();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** A DNS lookup that fails with `not_allowed_host` unless `mayConnect` accepts all addresses of the name. */
export function checkedLookup(mayConnect: (address: string) => boolean, lookup = resolve): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = error === null ? addresses : [];
      if (first === undefined) {
        callback(error ?? new StoreError("unreachable"), "", 0);
      } else if (!addresses.every(({ address }) => mayConnect(address))) {
        callback(new StoreError("not_allowed_host"), "", 0);
      } else if (options.all === true) {
        callback(null, addresses);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

/** Contains only a code, because the message of a network error would name the host. */
class StoreError extends Error {
  constructor(readonly problem: StoreProblem) {
    super(`recording store: ${problem}`);
  }
}

function problemOf(error: unknown): StoreProblem {
  return error instanceof StoreError ? error.problem : "unreachable";
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
