import { lookup as resolve, type LookupAddress } from "node:dns";
import { request as requestHttp, Agent as HttpAgent, type ClientRequest, type IncomingMessage } from "node:http";
import { request as requestHttps, Agent as HttpsAgent } from "node:https";
import { isIP, type LookupFunction } from "node:net";

import { isLoopbackAddress, isPublicAddress } from "@/lib/http/public-address";
import { perProcess } from "@/lib/per-process";

import { isFetchable } from "./recording-url";

/** A recording, or a part of it, as the store sends it. The caller must read the body or cancel it. */
export type OpenedRecording = {
  ok: true;
  /** 416: the range lies outside the recording; there is no body. */
  status: 200 | 206 | 416;
  contentType: string;
  contentLength: number | null;
  /** `bytes 0-99/1000`; for 416 a star stands in place of the range. Null for a whole recording. */
  contentRange: string | null;
  body: ReadableStream<Uint8Array> | null;
};

/**
 * `not_allowed_host`: the URL, an address its name resolves to, or the target of a redirect must not be fetched.
 * `refused`: the store answered that the URL does not work.
 */
export type StoreProblem = "not_allowed_host" | "refused" | "timeout" | "unreachable" | "unexpected_answer";

export type StoreAnswer = OpenedRecording | { ok: false; problem: StoreProblem };

const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;
/** About the size of a recording of one day, the longest credible call. */
const MAX_RECORDING_BYTES = 2 * 1024 ** 3;

/** The types passed on to browsers. Any other type becomes `audio/mp4`, which the vendor documents. */
const CONTENT_TYPES = new Set([
  "audio/mp4",
  "video/mp4",
  "audio/mpeg",
  "audio/wav",
  "audio/x-wav",
  "audio/ogg",
  "audio/webm",
]);

/** GCS answers an expired or altered signature with 400 or 403, a deleted file with 404. */
const REFUSALS = new Set([400, 401, 403, 404, 410]);

/**
 * Requests a recording from the store. Never throws: every failure is a code. Only listed hosts are requested, over https
 * and at a public address (except the loopback `host:port` of a simulated store); no redirect is followed. The address that
 * was checked is the address connected to, which defeats DNS rebinding.
 *
 * @param options.range one range of bytes, `bytes=0-99`; null for all
 * @param options.signal aborting it ends the exchange with the store, also while the body is read
 * @param options.idleMs how long the store may send nothing while a read waits for it
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

type Asked = { range: string | null; signal: AbortSignal | undefined; idleMs: number };

function answerOf(response: IncomingMessage, { range, idleMs }: Pick<Asked, "range" | "idleMs">): StoreAnswer {
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
 * The body as a stream that never reads ahead, so a slow listener slows the store down. Only time spent waiting for the
 * store counts as idle.
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

async function exchange(url: URL, asked: Asked): Promise<IncomingMessage> {
  for (;;) {
    const request = send(url, asked);
    try {
      return await firstByteOf(request, asked.idleMs);
    } catch (error) {
      // The store closed a kept-alive connection just as it was used again: the request was not answered, so it is repeated.
      if (request.reusedSocket && asked.signal?.aborted !== true && !(error instanceof StoreError)) {
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

function send(url: URL, { range, signal }: Asked): ClientRequest {
  const isSecure = url.protocol === "https:";
  const mayConnect = isSecure ? isPublicAddress : isLoopbackAddress;
  const literal = url.hostname.replaceAll(/^\[|\]$/g, "");
  // Node does not look a literal address up, so it is checked here.
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

async function firstByteOf(request: ClientRequest, idleMs: number): Promise<IncomingMessage> {
  const { promise, resolve: succeed, reject: fail } = Promise.withResolvers<IncomingMessage>();
  const giveUp = () => request.destroy(new StoreError("timeout"));
  let timer = setTimeout(giveUp, CONNECT_TIMEOUT_MS);
  const connected = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, idleMs);
  };
  request.on("error", fail);
  request.once("response", succeed);
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

/** A DNS lookup that fails with `not_allowed_host` if any address of the name must not be connected to. */
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

/** Carries only a code: a network error's message would name the host. */
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
