"use server";

import { randomUUID } from "node:crypto";

import { refresh } from "next/cache";
import { z } from "zod";

import { makeKeyRefusalsDue } from "@/db/calls/enrichment";
import { markAsTest } from "@/db/calls/reviews";
import { makeImportKeyRefusalsDue } from "@/db/imports/queue";
import { refuse } from "@/lib/action-answer";
import { type Verdict, VERDICTS } from "@/lib/delivery/verdict";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { type ApiErrorCode, fetchCall, fetchHealth, isKeyRefusal } from "@/lib/sarj/api";
import { secretLabel } from "@/lib/sarj/secrets";
import { testCallBody } from "@/lib/sarj/test-call";
import { afterAnswer } from "@/server/after-answer";
import { action } from "@/server/auth/action";
import { enrichDue } from "@/server/jobs/enrich";
import { apiAccess, clearKeyRefusal, noteKeyRefusal } from "@/server/vendor-api";

const WEBHOOK_PATH = "/webhooks/sarj/";

/** The secret with this label; null if it is no longer in use. */
function findSecret(label: string): string | null {
  return env.SARJ_WEBHOOK_SECRETS.find((secret) => secretLabel(secret) === label) ?? null;
}

/** Returns the webhook URL with its secret, which no page contains. Reason `gone`: the secret is no longer in use. */
export const revealWebhook = action({
  role: "administrator",
  input: z.string(),
  fromFields: (fields) => fields["label"],
  failure: "secret_not_revealed",
  work: async (label, { recordEvent }) => {
    const secret = findSecret(label);
    if (secret === null) {
      return refuse("gone");
    }
    await recordEvent({ action: "secret_revealed", subject: label });
    log("info", "secret_revealed", { secret_label: label });
    return { ok: true, url: webhookUrl(secret) };
  },
});

function webhookUrl(secret: string): string {
  return `${env.APP_URL}${WEBHOOK_PATH}${secret}`;
}

const webhookAnswer = z.object({
  verdict: z.enum([...VERDICTS, "spooled"]),
  call_id: z.string(),
  delivery_id: z.string().nullable(),
});

export type TestCallResult =
  | {
      outcome: "answered";
      verdict: Verdict | "spooled";
      status: number;
      milliseconds: number;
      callId: string;
      deliveryId: string | null;
    }
  /** The answer is not from our endpoint: another server runs at `APP_URL`, or in front of it. */
  | { outcome: "wrong_answer"; status: number }
  | { outcome: "unreachable"; code: string }
  | { outcome: "unknown_secret" };

const TEST_TIMEOUT_MS = 10_000;

/** Sends a test call to the webhook endpoint as the vendor does, over HTTP to `APP_URL`, and marks the call as a test. */
export const sendTestCall = action({
  role: "administrator",
  input: z.string(),
  fromFields: (fields) => fields["label"],
  failure: "test_mark_failed",
  work: async (label, { recordEvent }): Promise<{ ok: true; result: TestCallResult }> => {
    const secret = findSecret(label);
    if (secret === null) {
      return { ok: true, result: { outcome: "unknown_secret" } };
    }
    const result = await postTestCall(webhookUrl(secret));
    const callId = result.outcome === "answered" ? result.callId : undefined;
    log("info", "test_call", {
      secret_label: label,
      ...(result.outcome === "answered"
        ? { verdict: result.verdict, status: result.status, call_id: result.callId }
        : {}),
      ...(result.outcome === "unreachable" ? { error_code: result.code } : {}),
    });
    try {
      if (callId !== undefined) {
        await markAsTest(callId, true);
      }
      await recordEvent({
        action: "test_call_sent",
        subject: label,
        detail: { outcome: result.outcome },
        ...(callId === undefined ? {} : { callId }),
      });
    } catch (error) {
      // The result of the test is known, so it is shown although the database is unavailable.
      log("error", "test_mark_failed", { error_code: errorCode(error) });
    }
    return { ok: true, result };
  },
});

async function postTestCall(url: string): Promise<TestCallResult> {
  const callId = `test-${randomUUID()}`;
  const startedAt = performance.now();
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "Callboard test call" },
      body: testCallBody(callId, new Date()),
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(TEST_TIMEOUT_MS),
    });
    const milliseconds = Math.round(performance.now() - startedAt);
    const answer = webhookAnswer.safeParse(await response.json().catch(() => null));
    if (!response.ok || !answer.success || answer.data.call_id !== callId) {
      return { outcome: "wrong_answer", status: response.status };
    }
    const { verdict, delivery_id: deliveryId } = answer.data;
    return { outcome: "answered", verdict, status: response.status, milliseconds, callId, deliveryId };
  } catch (error) {
    const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
    return { outcome: "unreachable", code: isTimeout ? "timeout" : errorCode(error) };
  }
}

export type ApiTestResult =
  | { key: "missing"; health: { ok: true } | { ok: false; error: ApiErrorCode } }
  | {
      key: "accepted" | "refused" | "untested";
      health: { ok: true } | { ok: false; error: ApiErrorCode };
      error: ApiErrorCode | null;
    };

/**
 * Tests whether the API answers and accepts the key, by requesting a call that cannot exist: if the API accepts the key, it answers
 * `call_not_found`. Calls that were waiting for a valid key are then fetched.
 */
export const testApi = action({
  role: "administrator",
  input: z.void(),
  fromFields: () => undefined,
  failure: "api_test_not_stored",
  invalidate: refresh,
  work: async (): Promise<{ ok: true; result: ApiTestResult }> => {
    const answered = await fetchHealth(env.SARJ_API_URL);
    const health = answered.ok ? answered : { ok: false as const, error: answered.error };
    const access = apiAccess();
    if (access === null) {
      return { ok: true, result: { key: "missing", health } };
    }
    const answer = await fetchCall(access, `callboard-connection-test-${randomUUID()}`);
    const error = answer.ok ? null : answer.error;
    const isAccepted = answer.ok || answer.error === "call_not_found";
    log("info", "api_test", error === null ? {} : { error_code: error });
    if (isAccepted) {
      await clearKeyRefusal();
      await Promise.all([makeKeyRefusalsDue(), makeImportKeyRefusalsDue()]);
      afterAnswer("enrich", enrichDue);
    } else if (error !== null && isKeyRefusal(error)) {
      await noteKeyRefusal(access, error);
    }
    const key = isAccepted ? "accepted" : error !== null && isKeyRefusal(error) ? "refused" : "untested";
    return { ok: true, result: { key, health, error: isAccepted ? null : error } };
  },
});
