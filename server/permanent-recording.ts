import { env } from "@/lib/env";
import { perProcess } from "@/lib/per-process";
import { askPermanentUrl, type PermanentAnswer, type PermanentProblem } from "@/lib/recording/permanent-recording";
import type { OpenedRecording, StoreAnswer, StoreProblem } from "@/lib/recording/recording-store";
import { recordingExpiry } from "@/lib/recording/recording-url";

import { apiAccess } from "./vendor-api";

/** A signed URL that expires within this time is not used again. */
const MARGIN_MS = 30_000;
const MAX_SIGNED = 500;

/**
 * The signed URL that each permanent URL led to, so that the ranges that a player requests cause one request to the API. In memory only.
 */
const signed = perProcess("signed recording URLs", () => new Map<string, string>());
/** The running requests by permanent URL: at most one for each. */
const asking = perProcess("requests for signed recording URLs", () => new Map<string, Promise<PermanentAnswer>>());

export type PermanentFailure = { ok: false; problem: PermanentProblem | StoreProblem };

/**
 * Opens a recording through its permanent URL: asks the API for a signed URL, unless a recent one is known, and opens that. A known one that
 * fails is replaced once.
 *
 * @param open opens a signed URL at the recording store
 */
export async function openPermanent(
  permanentUrl: string,
  open: (url: string) => Promise<StoreAnswer>,
): Promise<OpenedRecording | PermanentFailure> {
  const known = signed.get(permanentUrl);
  if (known !== undefined && isFresh(known)) {
    const answer = await open(known);
    // Another failure, or a listener who went away, says nothing about the URL.
    if (answer.ok || answer.problem !== "refused") {
      return answer;
    }
    signed.delete(permanentUrl);
  }
  const answer = await ask(permanentUrl);
  if (!answer.ok) {
    return answer;
  }
  const opened = await open(answer.url);
  if (opened.ok && isFresh(answer.url)) {
    remember(permanentUrl, answer.url);
  }
  return opened;
}

function ask(permanentUrl: string): Promise<PermanentAnswer> {
  const running = asking.get(permanentUrl);
  if (running !== undefined) {
    return running;
  }
  const asked = askPermanentUrl(permanentUrl, {
    apiUrl: env.SARJ_API_URL,
    apiKey: apiAccess()?.apiKey ?? null,
    hosts: env.RECORDING_HOSTS,
  }).finally(() => asking.delete(permanentUrl));
  asking.set(permanentUrl, asked);
  return asked;
}

function remember(permanentUrl: string, url: string): void {
  const [oldest] = signed.keys();
  if (signed.size >= MAX_SIGNED && oldest !== undefined) {
    signed.delete(oldest);
  }
  signed.set(permanentUrl, url);
}

function isFresh(url: string): boolean {
  const expiry = recordingExpiry(url);
  return expiry !== null && expiry.getTime() > Date.now() + MARGIN_MS;
}
