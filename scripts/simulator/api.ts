import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import { type BookingChange, callAt, cancelBooking, rescheduleBooking } from "./bookings";
import type { CallStore } from "./call-store";
import type { ApiCall, VendorCall } from "./contract";
import type { FaultQueue } from "./faults";
import { answerWithFault, field, headerText, isRead, readJson, sendJson } from "./http";

/** What the API needs of the vendor. */
export interface ApiContext {
  apiKey: string;
  /** A valid key that belongs to no organization. */
  organizationlessKey: string;
  store: CallStore;
  faults: FaultQueue;
  now(): number;
  isSchedulingEnabled(): boolean;
  /** Adds the URLs of the moment to what `callAt` returned. */
  withUrls(call: VendorCall, view: ApiCall): unknown;
  /** Whether the call has a permanent recording URL. */
  hasPermanentRecording(call: VendorCall): boolean;
  /** The token that opens the recording of this call without a key. */
  recordingToken(callId: string): string;
  /** A signed URL for this moment; null: there is no recording. */
  mintRecordingUrl(call: VendorCall): string | null;
  /** Called after a booking has changed. */
  onChange(): void;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
/** The contract's `error.type` for each status. */
const ERROR_TYPES = new Map([
  [401, "unauthorized"],
  [403, "no_organization"],
  [404, "call_not_found"],
  [429, "rate_limited"],
  [500, "internal_error"],
]);
/** RFC 3339, with an offset. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Answers a request whose path begins with `/api/v1/`. */
export function answerApi(context: ApiContext, request: IncomingMessage, response: ServerResponse, url: URL): void {
  const { store, faults, now } = context;
  const requestId = mirroredId(request) ?? `req_${randomUUID().replaceAll("-", "")}`;
  response.setHeader("X-Request-ID", requestId);
  const [, id, action] = /^\/api\/v1\/calls\/([^/]+)(?:\/(recording|cancel|reschedule))?$/.exec(url.pathname) ?? [];
  const callId = id === undefined ? undefined : safeDecode(id);
  const fault =
    (action === "recording" ? faults.take("permanent_recording", callId) : undefined) ?? faults.take("api", callId);
  const meta = { request_id: requestId };
  const succeed = (data: unknown) => sendJson(response, 200, { data, meta });
  const fail = (status: number, type: string, message: string, details: Record<string, unknown> = {}) =>
    sendJson(response, status, { error: { type, message, ...details }, meta });

  if (fault !== undefined && fault.kind !== "other_call") {
    if (fault.kind === "status") {
      if (fault.retryAfter !== undefined) response.setHeader("Retry-After", fault.retryAfter);
      const status = fault.status ?? 500;
      fail(status, fault.errorType ?? ERROR_TYPES.get(status) ?? "internal_error", "Simulated failure.");
    } else {
      const body = JSON.stringify({ data: { id: callId ?? null, status: "completed" } });
      answerWithFault(fault, request, response, body);
    }
    return;
  }
  if (url.pathname === "/api/v1/health" && isRead(request)) return succeed({ status: "ok" });

  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const token = headerText(request.headers["x-sarj-recording-token"]) ?? url.searchParams.get("t");
  const hasToken =
    action === "recording" &&
    request.headers.authorization === undefined &&
    callId !== undefined &&
    token === context.recordingToken(callId);
  if (bearer === context.organizationlessKey) {
    return fail(403, "no_organization", "This API key does not belong to an organization.");
  }
  if (bearer !== context.apiKey && !hasToken) return fail(401, "unauthorized", "Missing or invalid API key or token.");
  if (callId === undefined) return fail(404, "not_found", "No such endpoint.");
  const isChange = action === "cancel" || action === "reschedule";
  if (isChange ? request.method !== "POST" : !isRead(request)) {
    response.setHeader("Allow", isChange ? "POST" : "GET");
    return fail(405, "method_not_allowed", "Method not allowed.");
  }
  const call = fault !== undefined && !isChange ? store.other(callId) : store.get(callId);
  const view = call === undefined ? null : callAt(call, now());
  if (action === "reschedule") {
    void readJson(request).then(
      (body) => reschedule(field(body, "scheduled_at")),
      () => reschedule(undefined),
    );
    return;
  }
  if (call === undefined || view === null) return fail(404, "call_not_found", "Call not found.");
  if (action === "cancel") {
    if (!context.isSchedulingEnabled()) return schedulingDisabled();
    return answerChange(cancelBooking(store, call, now()));
  }
  if (action === "recording") {
    const location = context.hasPermanentRecording(call) ? context.mintRecordingUrl(call) : null;
    if (location === null) return fail(404, "recording_not_found", "This call has no recording.");
    response.writeHead(302, { Location: location, "Cache-Control": "no-store", "Content-Length": 0 }).end();
    return;
  }
  succeed(context.withUrls(call, view));

  function reschedule(scheduledAt: unknown): void {
    if (typeof scheduledAt !== "string") {
      const field_violations = [{ field: "scheduled_at", message: "Field required." }];
      return fail(422, "validation_error", "Validation failed.", { field_violations });
    }
    if (call === undefined || view === null) return fail(404, "call_not_found", "Call not found.");
    if (!context.isSchedulingEnabled()) return schedulingDisabled();
    if (view.status !== "scheduled") return answerChange({ ok: false, status: view.status });
    const to = RFC_3339.test(scheduledAt) ? Date.parse(scheduledAt) : Number.NaN;
    const ahead = to - now();
    if (!(ahead >= 10 * MINUTE && ahead <= 30 * DAY)) {
      const message = "scheduled_at: RFC 3339 with an offset, 10 minutes to 30 days ahead.";
      return fail(422, "invalid_schedule_time", message);
    }
    answerChange(rescheduleBooking(store, call, to, now()));
  }
  function schedulingDisabled(): void {
    fail(403, "scheduling_disabled", "Scheduling is not enabled for this organization.");
  }
  function answerChange(change: BookingChange): void {
    if (!change.ok) {
      const message = "The call has already been released for dialling.";
      return fail(409, "call_not_pending", message, { status: change.status });
    }
    context.onChange();
    succeed(context.withUrls(change.call, callAt(change.call, now()) ?? change.call.data));
  }
}

/** Returns the request id if the contract lets the API return it (at most 128 printable ASCII characters), else null. */
function mirroredId(request: IncomingMessage): string | null {
  const id = headerText(request.headers["x-request-id"]);
  return id !== null && /^[\x20-\x7e]{1,128}$/.test(id) ? id : null;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
