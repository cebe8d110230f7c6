"use server";

import { randomUUID } from "node:crypto";

import { after } from "next/server";
import { z } from "zod";

import { makeKeyRefusalsDue } from "@/db/calls/enrichment";
import { markAsTest } from "@/db/calls/reviews";
import { makeImportKeyRefusalsDue } from "@/db/imports/queue";
import { type Verdict, VERDICTS } from "@/lib/delivery/verdict";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { type ApiErrorCode, fetchCall, fetchHealth, isKeyRefusal } from "@/lib/sarj/api";
import { secretLabel } from "@/lib/sarj/secrets";
import { testCallBody } from "@/lib/sarj/test-call";
import { audit } from "@/server/audit";
import { type ActionGate, requireAction } from "@/server/auth/gates";
import { enrichDue } from "@/server/jobs/enrich";
import { apiAccess, clearKeyRefusal, noteKeyRefusal } from "@/server/vendor-api";

type Refusal = { ok: false; reason: (ActionGate & { ok: false })["reason"] };

const WEBHOOK_PATH = "/webhooks/sarj/";

/** The secret with this label, among those in use. */
function findSecret(label: unknown): string | null {
  return env.SARJ_WEBHOOK_SECRETS.find((secret) => secretLabel(secret) === label) ?? null;
}

/** The whole webhook URL with its secret. For administrators, when they ask for it: no page contains it. */
export async function revealWebhook(label: string): Promise<{ ok: true; url: string | null } | Refusal> {
  const gate = await requireAction("administrator");
  if (!gate.ok) {
    return gate;
  }
  const secret = findSecret(label);
  if (secret === null) {
    return { ok: true, url: null };
  }
  try {
    await audit(gate.user, {
      action: "secret_revealed",
      subject: secretLabel(secret),
    });
  } catch (error) {
    log("error", "secret_not_revealed", { error_code: errorCode(error) });
    return { ok: false, reason: "unavailable" };
  }
  log("info", "secret_revealed", { secret_label: secretLabel(secret) });
  return { ok: true, url: webhookUrl(secret) };
}

function webhookUrl(secret: string): string {
  return `${env.APP_URL.replace(/\/+$/, "")}${WEBHOOK_PATH}${secret}`;
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
  /** The endpoint answered, but not as ours does: something else is at `APP_URL`, or in front of it. */
  | { outcome: "wrong_answer"; status: number }
  | { outcome: "unreachable"; code: string }
  | { outcome: "unknown_secret" };

const TEST_TIMEOUT_MS = 10_000;

/**
 * Sends a test call through the real endpoint, over HTTP to `APP_URL` as the vendor would, and marks it as a test. For administrators.
 */
export async function sendTestCall(label: string): Promise<{ ok: true; result: TestCallResult } | Refusal> {
  const gate = await requireAction("administrator");
  if (!gate.ok) {
    return gate;
  }
  const secret = findSecret(label);
  if (secret === null) {
    return { ok: true, result: { outcome: "unknown_secret" } };
  }
  const result = await postTestCall(webhookUrl(secret));
  log("info", "test_call", {
    secret_label: secretLabel(secret),
    ...(result.outcome === "answered"
      ? { verdict: result.verdict, status: result.status, call_id: result.callId }
      : {}),
    ...(result.outcome === "unreachable" ? { error_code: result.code } : {}),
  });
  try {
    if (result.outcome === "answered") {
      await markAsTest(result.callId, true);
    }
    await audit(gate.user, {
      action: "test_call_sent",
      subject: secretLabel(secret),
      detail: { outcome: result.outcome },
      ...(result.outcome === "answered" ? { callId: result.callId } : {}),
    });
  } catch (error) {
    // The database is away; what the test showed is said all the same.
    log("error", "test_mark_failed", { error_code: errorCode(error) });
  }
  return { ok: true, result };
}

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
 * Whether the API is there and whether it accepts the key: it is asked about a call that cannot exist, and "no such call" is the answer
 * of an API that has accepted the key. Then the queue runs again. For administrators.
 */
export async function testApi(): Promise<{ ok: true; result: ApiTestResult } | Refusal> {
  const gate = await requireAction("administrator");
  if (!gate.ok) {
    return gate;
  }
  const health = await fetchHealth(env.SARJ_API_URL);
  const reachable = health.ok ? health : { ok: false as const, error: health.error };
  const access = apiAccess();
  if (access === null) {
    return { ok: true, result: { key: "missing", health: reachable } };
  }
  const answer = await fetchCall(access, `callboard-connection-test-${randomUUID()}`);
  const error = answer.ok ? null : answer.error;
  const isAccepted = answer.ok || answer.error === "call_not_found";
  log("info", "api_test", error === null ? {} : { error_code: error });
  try {
    if (isAccepted) {
      await clearKeyRefusal();
      await Promise.all([makeKeyRefusalsDue(), makeImportKeyRefusalsDue()]);
      after(() => enrichDue());
    } else if (error !== null && isKeyRefusal(error)) {
      await noteKeyRefusal(access, error);
    }
  } catch (failure) {
    log("error", "api_test_not_stored", { error_code: errorCode(failure) });
    return { ok: false, reason: "unavailable" };
  }
  const key = isAccepted ? "accepted" : error !== null && isKeyRefusal(error) ? "refused" : "untested";
  return { ok: true, result: { key, health: reachable, error: isAccepted ? null : error } };
}
