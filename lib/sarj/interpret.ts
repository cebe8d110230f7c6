import { NO_FACTS, type CallFacts, type JsonObject } from "@/lib/call/facts";
import { isOutcome } from "@/lib/call/outcome";
import type { QuarantineReason } from "@/lib/delivery/quarantine-reason";
import type { ReceivedDelivery } from "@/lib/delivery/received-delivery";
import { isAllowedAddress } from "@/lib/http/client-ip";
import { isSilent, isSilentText } from "@/lib/text/silence";

import { MAX_CALL_ID_LENGTH } from "./call-id";
import { anyJson, credibleInstant, durationSeconds, FieldReader, isObject, phoneNumber, shortText } from "./fields";
import { isNumberAsText, parseJson } from "./json";
import {
  CALL_STATUSES,
  DIRECTIONS,
  onlyObject,
  readRecordings,
  readReport,
  readRetryFields,
  RETRY_FIELDS,
  readTranscript,
} from "./shared-fields";
import { unpackBody } from "./unpack";

export type Interpretation =
  | { understood: true; callId: string; facts: CallFacts & { outcome: string }; flags: string[] }
  /** `callId` is '' if the body has no credible call id. */
  | { understood: false; callId: string; reason: QuarantineReason };

const ENVELOPE_FIELDS = ["call_id", "payload"];
const CALL_DATA_FIELDS = [
  "call_id",
  "direction",
  "phone_number",
  "status",
  "total_duration",
  "interaction_type",
  "enhanced_transcript",
  "report",
  "recording_url",
  "permanent_recording_url",
  "created_at",
  "started_at",
  "ended_at",
  // The contract has these in the payload. They are also accepted here.
  ...RETRY_FIELDS,
];
const INTERACTION_TYPES = ["voice", "chat"];
const PAYLOAD_FIELDS = ["type", "call_started", "response_body", "call_data", ...RETRY_FIELDS];

/** Accepts any sender's address. For deliveries that a user interprets again. */
export const ANY_ADDRESS: readonly string[] = [];

/**
 * Interprets a delivery. Pure; returns a value for any bytes and never throws. A field that is not credible becomes null and
 * is flagged. A body that is not a JSON object with a valid call id, payload and type is quarantined, as is a delivery from an
 * unexpected address.
 *
 * @param options.now the current time: instants more than a day later are not credible
 * @param options.allowedAddresses CIDR ranges of the allowed senders, or `ANY_ADDRESS`
 */
export async function interpret(
  delivery: Pick<ReceivedDelivery, "body" | "contentEncoding"> & Partial<Pick<ReceivedDelivery, "sourceIp">>,
  { now, allowedAddresses }: { now: Date; allowedAddresses: readonly string[] },
): Promise<Interpretation> {
  const unpacked = await unpackBody(viewOf(delivery.body), delivery.contentEncoding);
  if (unpacked.problem !== null) {
    return { understood: false, callId: "", reason: "undecodable" };
  }
  const interpretation = readEnvelope(unpacked.bytes, now);
  return interpretation.understood && !isAllowedAddress(delivery.sourceIp ?? null, allowedAddresses)
    ? { understood: false, callId: interpretation.callId, reason: "unexpected_address" }
    : interpretation;
}

/** The same bytes as a Buffer: `Buffer.from` of an array would copy them. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function readEnvelope(body: Uint8Array, now: Date): Interpretation {
  const parsed = parseJson(body);
  if (!parsed.ok) {
    return { understood: false, callId: "", reason: parsed.reason };
  }
  if (!isObject(parsed.value)) {
    return { understood: false, callId: "", reason: "not_an_object" };
  }
  const envelope = parsed.value;
  const callId = readCallId(envelope);
  if (!callId.ok) {
    return { understood: false, callId: "", reason: callId.reason };
  }
  const quarantine = (reason: QuarantineReason): Interpretation => ({
    understood: false,
    callId: callId.value,
    reason,
  });
  const payload = onlyObject(envelope["payload"]);
  if (payload === null) {
    return quarantine(isSilent(envelope["payload"]) ? "payload_missing" : "payload_unknown_form");
  }
  const type = shortText.safeParse(payload["type"]);
  if (!type.success || isSilentText(type.data) || isNumberAsText(payload, "type")) {
    return quarantine("type_missing");
  }
  const callData = isSilent(payload["call_data"]) ? null : onlyObject(payload["call_data"]);
  const innerId = callData?.["call_id"];
  const isOfAnother = innerId !== callId.value || (callData !== null && isNumberAsText(callData, "call_id"));
  if (!isSilent(innerId) && isOfAnother) {
    return quarantine("call_id_mismatch");
  }
  const { facts, flags } = readPayload(type.data, payload, callData, now);
  const ofEnvelope = new FieldReader("");
  for (const path of parsed.notNumbers) {
    ofEnvelope.flag(path, "unbelievable");
  }
  ofEnvelope.noteUnknown(envelope, ENVELOPE_FIELDS);
  return { understood: true, callId: callId.value, facts, flags: [...flags, ...ofEnvelope.flags] };
}

type CallIdResult = { ok: true; value: string } | { ok: false; reason: QuarantineReason };

function readCallId(envelope: JsonObject): CallIdResult {
  const value = envelope["call_id"] ?? null;
  if (value === null) {
    return { ok: false, reason: "call_id_missing" };
  }
  if (typeof value !== "string" || isNumberAsText(envelope, "call_id")) {
    return { ok: false, reason: "call_id_not_text" };
  }
  if (isSilentText(value)) {
    return { ok: false, reason: "call_id_missing" };
  }
  return value.length > MAX_CALL_ID_LENGTH ? { ok: false, reason: "call_id_too_long" } : { ok: true, value };
}

function readPayload(outcome: string, payload: JsonObject, callData: JsonObject | null, now: Date) {
  const ofPayload = new FieldReader("payload.");
  const ofCall = new FieldReader("payload.call_data.");
  const at = credibleInstant(now);
  if (!isOutcome(outcome)) {
    ofPayload.flagWord("type", outcome);
  }
  if (callData === null && !isSilent(payload["call_data"])) {
    ofPayload.flag("call_data", "unknown_form");
  }
  const responseBody = ofPayload.read(payload, "response_body", anyJson);
  if (responseBody !== null && !isObject(responseBody)) {
    ofPayload.flag("response_body", "unknown_form");
  }
  const facts: CallFacts & { outcome: string } = {
    ...NO_FACTS,
    outcome,
    responseBody,
    startedAt: ofPayload.read(payload, "call_started", at),
    ...readRetryFields(payload, ofPayload, now),
  };
  if (callData !== null) {
    const ofRetry = readRetryFields(callData, ofCall, now);
    Object.assign(facts, {
      status: ofCall.readWord(callData, "status", CALL_STATUSES),
      direction: ofCall.readWord(callData, "direction", DIRECTIONS),
      interactionType: ofCall.readWord(callData, "interaction_type", INTERACTION_TYPES),
      phoneNumber: ofCall.read(callData, "phone_number", phoneNumber),
      durationSeconds: ofCall.read(callData, "total_duration", durationSeconds),
      createdAt: ofCall.read(callData, "created_at", at),
      startedAt: ofCall.read(callData, "started_at", at) ?? facts.startedAt,
      endedAt: ofCall.read(callData, "ended_at", at),
      rootCallId: facts.rootCallId ?? ofRetry.rootCallId,
      retryAttempt: facts.retryAttempt ?? ofRetry.retryAttempt,
      nextRetryAt: facts.nextRetryAt ?? ofRetry.nextRetryAt,
      report: readReport(callData, ofCall, now),
      ...readRecordings(callData, ofCall),
      ...readTranscript(callData, "enhanced_transcript", ofCall),
    } satisfies Partial<CallFacts>);
  }
  // Last, because the number of flags is limited, and a value that is not credible matters more than an unknown field.
  ofPayload.noteUnknown(payload, PAYLOAD_FIELDS);
  if (callData !== null) {
    ofCall.noteUnknown(callData, CALL_DATA_FIELDS);
  }
  return { facts, flags: [...ofPayload.flags, ...ofCall.flags] };
}
