import { isFetchable } from "./recording-url";

/**
 * `refused`: the API accepts neither the key nor the token in the URL. `not_allowed_host`: the redirect leads to a host that must not be
 * requested. `unexpected_answer`: anything but a 302.
 */
export type PermanentProblem =
  | "refused"
  | "not_found"
  | "not_allowed_host"
  | "timeout"
  | "unreachable"
  | "unexpected_answer";

export type PermanentAnswer = { ok: true; url: string } | { ok: false; problem: PermanentProblem };

/**
 * Whether `url` is a permanent recording URL that Callboard may request: it is on the origin of the API, and contains no user name. The
 * origin decides, because the request contains the API key.
 */
export function isPermanentUrl(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) {
    return false;
  }
  const { origin, username, password, protocol } = new URL(url);
  return /^https?:$/.test(protocol) && origin === new URL(apiUrl).origin && username === "" && password === "";
}

/** Whether a permanent URL contains a token, `?t=`, which opens the recording without a key. So the URL is a secret. */
export function hasToken(url: string): boolean {
  return URL.canParse(url) && new URL(url).searchParams.has("t");
}

/**
 * Asks the API for a signed URL of a recording: it answers a permanent URL with a 302 to one (`docs/sarj.md`). Never throws. Follows no
 * redirect; the URL in the answer is allowed by `isFetchable`.
 *
 * @param apiKey null without a key: the URL's token must be enough. If the API refuses the key, the token is tried alone
 * @param timeoutMs limits each request
 */
export async function askPermanentUrl(
  url: string,
  { apiUrl, apiKey, hosts, timeoutMs = 5000 }: AskOptions,
): Promise<PermanentAnswer> {
  if (!isPermanentUrl(url, apiUrl)) {
    return { ok: false, problem: "not_allowed_host" };
  }
  const answer = await ask(url, apiKey, hosts, timeoutMs);
  const isKeyRefused = !answer.ok && answer.problem === "refused" && apiKey !== null;
  return isKeyRefused && hasToken(url) ? ask(url, null, hosts, timeoutMs) : answer;
}

type AskOptions = { apiUrl: string; apiKey: string | null; hosts: readonly string[]; timeoutMs?: number };

async function ask(
  url: string,
  apiKey: string | null,
  hosts: readonly string[],
  timeoutMs: number,
): Promise<PermanentAnswer> {
  try {
    const response = await fetch(url, {
      headers: {
        "x-request-id": crypto.randomUUID(),
        ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return readAnswer(response, url, hosts);
  } catch (error) {
    const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
    return { ok: false, problem: isTimeout ? "timeout" : "unreachable" };
  }
}

function readAnswer({ status, headers }: Response, url: string, hosts: readonly string[]): PermanentAnswer {
  if (status === 401 || status === 403) {
    return { ok: false, problem: "refused" };
  }
  if (status === 404 || status === 410) {
    return { ok: false, problem: "not_found" };
  }
  const location = headers.get("location");
  if (status !== 302 || location === null || !URL.canParse(location, url)) {
    return { ok: false, problem: "unexpected_answer" };
  }
  const { href } = new URL(location, url);
  return isFetchable(href, hosts) ? { ok: true, url: href } : { ok: false, problem: "not_allowed_host" };
}
