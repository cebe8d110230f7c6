import { isSilent, isSilentText } from "@/lib/text/silence";
import { isoInstant } from "@/lib/time/iso-instant";

import type { Json, JsonObject } from "./facts";

/** The vendor's typed report: whether the goal was met, why, and by which criteria. Missing values are null. */
export type TypedReport = {
  status: string;
  reason: string | null;
  /** Primary criteria first, then in the vendor's order. `achieved` is null if the criterion was not judged. */
  criteria: { text: string; achieved: boolean | null; isPrimary: boolean }[];
  generatedAt: Date | null;
};

/**
 * Whether the customer is to be called back, as the report judges it (`docs/sarj.md`). What the report does not say, or says in
 * a form that is not credible, is null.
 */
export type Callback = {
  /** `customer_requested` or `inferred_follow_up`; an unknown word is kept. */
  origin: string | null;
  /** When to call. At most 60 days after the report. */
  at: Date | null;
  /** From 0 to 1. */
  confidence: number | null;
  brief: string | null;
  /** Whether the agent recorded the same during the call. */
  matchesToolCapture: boolean | null;
};

type ReadReport = {
  typed: TypedReport | null;
  callback: Callback | null;
  /** The fields that the typed form does not contain, or the whole report if it is not typed. Null if there is nothing. */
  rest: Json | null;
};

/**
 * `report.outcome.status` verbatim, at most 100 characters: whether the call's goal was met. Null if the report is not typed, or does not
 * say it.
 */
export function reportGoal(report: Json): string | null {
  const status = outcomeOf(report)?.["status"];
  return typeof status === "string" && !isSilentText(status) ? cutText(status.trim(), 100) : null;
}

/** Callboard keeps this many criteria of a report, and this many characters of each one's text. */
const MAX_CRITERIA = 50;
const MAX_CRITERION_LENGTH = 500;

/**
 * The criteria that the report judges, by their text, so that filters and the overview need not read whole reports. Null if there are none.
 */
export function judgedCriteria(report: Json): Record<string, { met: boolean; primary: boolean }> | null {
  const criteria = outcomeOf(report)?.["success_criteria"];
  if (!Array.isArray(criteria)) {
    return null;
  }
  const judged = new Map<string, { met: boolean; primary: boolean }>();
  for (const criterion of criteria.slice(0, MAX_CRITERIA)) {
    if (isObject(criterion)) {
      const { text, achieved, is_primary: primary } = criterion;
      const met = booleanOf(achieved);
      if (typeof text === "string" && !isSilentText(text) && met !== null) {
        judged.set(cutText(text.trim(), MAX_CRITERION_LENGTH), { met, primary: booleanOf(primary) === true });
      }
    }
  }
  return judged.size === 0 ? null : Object.fromEntries(judged);
}

/** Whether a report says anything besides when it was made. */
export function saysMoreThanWhen(report: Json): boolean {
  if (!isObject(report)) {
    return false;
  }
  const { generated_at: _when, ...rest } = report;
  return !isSilent(rest);
}

function outcomeOf(report: Json): JsonObject | null {
  const outcome = isObject(report) ? report["outcome"] : null;
  return isObject(outcome) ? outcome : null;
}

/** Cuts by characters, as Postgres counts them: a character outside the BMP has length 2 in JavaScript. */
function cutText(text: string, length: number): string {
  return text.length <= length ? text : [...text].slice(0, length).join("");
}

/** The longest time that a callback lies ahead: as for every time of the vendor that lies ahead. */
const MAX_CALLBACK_AHEAD_MS = 60 * 86_400_000;

/**
 * Reads `report.callback`. Null if the report contains none, or one that says nothing. Never throws.
 *
 * @param heardAt when the report was received, for a report that does not say when it was made
 */
export function readCallback(report: Json, heardAt: Date): Callback | null {
  return readCallbackOf(report, heardAt).callback;
}

/** `rest`: the fields that `callback` does not contain, so that the page can show them as they came. */
function readCallbackOf(report: Json, heardAt: Date): { callback: Callback | null; rest: Json | null } {
  const raw = isObject(report) ? report["callback"] : null;
  if (isSilent(raw) || !isObject(raw)) {
    return { callback: null, rest: isSilent(raw) ? null : (raw ?? null) };
  }
  const { origin, callback_at: callbackAt, confidence, context_brief: brief, matches_tool_capture: matches } = raw;
  const at = instantOf(callbackAt);
  const madeAt = (isObject(report) ? instantOf(report["generated_at"]) : null) ?? heardAt;
  const isAhead =
    at !== null && at.getTime() >= madeAt.getTime() && at.getTime() - madeAt.getTime() <= MAX_CALLBACK_AHEAD_MS;
  const callback: Callback = {
    origin: textOf(origin),
    at: isAhead ? at : null,
    confidence: typeof confidence === "number" && confidence >= 0 && confidence <= 1 ? confidence : null,
    brief: textOf(brief),
    matchesToolCapture: typeof matches === "boolean" ? matches : null,
  };
  const shown: [keyof Callback, string][] = [
    ["origin", "origin"],
    ["at", "callback_at"],
    ["confidence", "confidence"],
    ["brief", "context_brief"],
    ["matchesToolCapture", "matches_tool_capture"],
  ];
  const understood = new Set(shown.flatMap(([key, field]) => (callback[key] === null ? [] : [field])));
  const rest = Object.fromEntries(
    Object.entries(raw).filter(([field, value]) => !understood.has(field) && !isSilent(value)),
  );
  return {
    callback: understood.size === 0 ? null : callback,
    rest: Object.keys(rest).length === 0 ? null : rest,
  };
}

function textOf(value: Json | undefined): string | null {
  return typeof value === "string" && !isSilentText(value) ? value.trim() : null;
}

/**
 * Reads a report: the vendor's typed form, or anything else that a scenario returns. Never throws.
 *
 * @param heardAt when the report was received, see `readCallback`
 */
export function readReport(report: Json, heardAt: Date): ReadReport {
  const { outcome, generated_at: generatedAt, callback: _callback, ...others } = isObject(report) ? report : {};
  const { callback, rest: restOfCallback } = readCallbackOf(report, heardAt);
  const keptCallback: JsonObject = restOfCallback === null ? {} : { callback: restOfCallback };
  if (!isObject(outcome) || typeof outcome["status"] !== "string" || isSilentText(outcome["status"])) {
    const untyped = isObject(report) && callback !== null ? withoutCallback(report, keptCallback) : report;
    return { typed: null, callback, rest: isSilent(untyped) ? null : untyped };
  }
  const { status, reason, success_criteria: criteria, ...more } = outcome;
  const readable = Array.isArray(criteria) ? criteria.map(readCriterion) : [];
  const rest: JsonObject = {
    ...others,
    ...more,
    ...keptCallback,
    ...keptUnless("reason", reason, isSilent(reason) || typeof reason === "string"),
    ...keptUnless("success_criteria", criteria, isSilent(criteria) || readable.every((one) => one !== null)),
    ...keptUnless("generated_at", generatedAt, isSilent(generatedAt) || instantOf(generatedAt) !== null),
  };
  return {
    typed: {
      status: String(status),
      reason: textOf(reason),
      criteria: readable.filter((one) => one !== null).toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary)),
      generatedAt: instantOf(generatedAt),
    },
    callback,
    rest: isSilent(rest) ? null : rest,
  };
}

function withoutCallback(report: JsonObject, kept: JsonObject): JsonObject {
  const { callback: _callback, ...rest } = report;
  return { ...rest, ...kept };
}

function readCriterion(raw: Json): TypedReport["criteria"][number] | null {
  if (!isObject(raw) || typeof raw["text"] !== "string") {
    return null;
  }
  const { text, achieved, is_primary: isPrimary } = raw;
  const met = booleanOf(achieved);
  // A judgement in an unknown form is shown with the rest of the report.
  return met === null && !isSilent(achieved) ? null : { text, achieved: met, isPrimary: booleanOf(isPrimary) === true };
}

/** A boolean, or its text, which can mean nothing else. */
function booleanOf(value: Json | undefined): boolean | null {
  const word = typeof value === "string" ? value.trim().toLowerCase() : value;
  return word === true || word === "true" ? true : word === false || word === "false" ? false : null;
}

function keptUnless(name: string, value: Json | undefined, isShown: boolean): JsonObject {
  return isShown || value === undefined ? {} : { [name]: value };
}

function instantOf(value: Json | undefined): Date | null {
  return typeof value === "string" ? isoInstant(value) : null;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
