import { recordAuditEventOnce } from "@/db/privacy/audit";
import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";
import { contentLength } from "@/lib/http/content-length";
import { errorCode, log } from "@/lib/log";
import type { OpenedRecording } from "@/lib/recording/recording-store";
import { callIdOfSegment } from "@/lib/url/path-segment";
import { requireApi, type SignedInUser } from "@/server/auth/gates";
import { openCallRecording, RECORDING_ERRORS, type RecordingErrorCode } from "@/server/recording";

type Context = { params: Promise<{ callId: string }> };

/**
 * A call's recording, streamed from our own origin, so that no signed URL reaches a browser. For operators and administrators. The access
 * is audited before the first byte is sent. Supports `Range`; with `?download=1` the browser saves the recording. An error is JSON,
 * `{"error": code, "reason"}`, with a code and a status from `RECORDING_ERRORS`.
 */
export async function GET(request: Request, context: Context): Promise<Response> {
  return answer(request, context);
}

/** The headers of the GET answer. This also requests the recording with GET, because the store's URLs are signed for that method. */
export async function HEAD(request: Request, context: Context): Promise<Response> {
  const response = await answer(request, context);
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}

async function answer(request: Request, { params }: Context): Promise<Response> {
  const gate = await requireApi("operator");
  if (!gate.ok) {
    return gate.response;
  }
  const callId = callIdOfSegment((await params).callId);
  const startedAt = Date.now();
  try {
    const opened = await openCallRecording(callId, { range: rangeOf(request.headers), signal: request.signal });
    if (!opened.ok) {
      log("warn", "recording_failed", {
        call_id: callId,
        error_code: opened.code,
        reason: opened.reason,
        ms: Date.now() - startedAt,
      });
      return failure(opened.code, opened.reason);
    }
    const isDownload = new URL(request.url).searchParams.get("download") === "1";
    await auditAccess(request, gate.user, callId, isDownload).catch(async (error: unknown) => {
      await opened.body?.cancel();
      throw error;
    });
    return recording(opened, isDownload ? callId : null);
  } catch (error) {
    log("error", "recording_failed", { call_id: callId, error_code: errorCode(error) });
    return failure("database_unavailable", "database_unavailable");
  }
}

/** A player requests a recording in many ranges, so repeated requests within this time are audited once. */
const AUDIT_ONCE_MINUTES = 30;

/** Throws if the access cannot be audited; the recording is then not sent. */
async function auditAccess(request: Request, actor: SignedInUser, callId: string, isDownload: boolean): Promise<void> {
  const entry = {
    actor,
    action: isDownload ? ("recording_downloaded" as const) : ("recording_listened" as const),
    callId,
    sourceIp: clientIp(request.headers, env.CLIENT_IP_HEADER),
  };
  await recordAuditEventOnce(entry, isDownload ? 0 : AUDIT_ONCE_MINUTES);
}

function recording(opened: OpenedRecording, downloadOf: string | null): Response {
  const length = opened.body === null ? 0 : opened.contentLength;
  const headers = new Headers({
    ...COMMON,
    "content-type": opened.contentType,
    "accept-ranges": "bytes",
    "content-disposition":
      downloadOf === null ? "inline" : `attachment; filename="${fileName(downloadOf, opened.contentType)}"`,
    ...(length === null ? {} : contentLength(length)),
  });
  if (opened.contentRange !== null) {
    headers.set("content-range", opened.contentRange);
  }
  return new Response(opened.body, { status: opened.status, headers });
}

/** The recording is personal data: it is not cached, and other sites cannot embed it. */
const COMMON = {
  "cache-control": "private, no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
};

function failure(code: RecordingErrorCode, reason: string): Response {
  return Response.json({ error: code, reason }, { status: RECORDING_ERRORS[code], headers: COMMON });
}

/**
 * The requested range if it is a single range of bytes. Any other is ignored (RFC 9110, 14.2). A range with `If-Range` is also ignored,
 * because we send no validator that could match (13.1.5).
 */
function rangeOf(headers: Headers): string | null {
  const range = /^bytes=(\d{1,15}-\d{0,15}|-\d{1,15})$/.exec((headers.get("range") ?? "").trim())?.[0];
  return range === undefined || headers.has("if-range") ? null : range;
}

/** Builds a name that every file system accepts from an id that may contain any text. */
function fileName(callId: string, contentType: string): string {
  const id = callId.replaceAll(/[^A-Za-z0-9_-]+/g, "_").slice(0, 100);
  const extensions: Record<string, string> = {
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/ogg": "ogg",
    "audio/webm": "webm",
  };
  return `call-${id}.${extensions[contentType] ?? "mp4"}`;
}
