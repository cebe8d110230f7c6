import { anyJson, credibleInstant } from "@/lib/sarj/fields";
import { latinDigits } from "@/lib/text/digits";
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
  const judged = new Map<string, { met: boolean; primary: boolean }>();
  for (const item of (criteriaOf(outcomeOf(report)) ?? []).slice(0, MAX_CRITERIA)) {
    const criterion = readCriterion(item);
    if (criterion !== null && criterion.achieved !== null) {
      judged.set(cutText(criterion.text, MAX_CRITERION_LENGTH), {
        met: criterion.achieved,
        primary: criterion.isPrimary,
      });
    }
  }
  return judged.size === 0 ? null : Object.fromEntries(judged);
}

/**
 * Whether a report has a result: a status, a judged criterion, or something of the scenario's own. When it was made, whether to call back and an
 * outcome without a status are no result.
 */
export function hasResult(report: Json): boolean {
  if (!isObject(report)) {
    return false;
  }
  const { generated_at: _when, outcome: _outcome, callback: _callback, ...own } = report;
  return reportGoal(report) !== null || judgedCriteria(report) !== null || !isSilent(own);
}

/** The list of criteria of an outcome, also if it came as JSON text. Null if there is no list. */
export function criteriaOf(outcome: JsonObject | null): Json[] | null {
  const criteria = anyJson.parse(outcome?.["success_criteria"]);
  return Array.isArray(criteria) ? criteria : null;
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
  const at = typeof callbackAt === "string" ? isoInstant(callbackAt) : null;
  const madeAt = (isObject(report) ? madeAtOf(report["generated_at"], heardAt) : null) ?? heardAt;
  const isAhead =
    at !== null && at.getTime() >= madeAt.getTime() && at.getTime() - madeAt.getTime() <= MAX_CALLBACK_AHEAD_MS;
  const callback: Callback = {
    origin: textOf(origin),
    at: isAhead ? at : null,
    confidence: shareOf(confidence),
    brief: textOf(brief),
    matchesToolCapture: booleanOf(matches),
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

/**
 * Reads a report: the vendor's typed form, or anything else that a scenario returns. Never throws.
 *
 * @param heardAt when the report was received, see `readCallback`
 */
export function readReport(report: Json, heardAt: Date): ReadReport {
  const { outcome, generated_at: generatedAt, callback: _callback, ...others } = isObject(report) ? report : {};
  const { callback, rest: restOfCallback } = readCallbackOf(report, heardAt);
  const keptCallback: JsonObject = restOfCallback === null ? {} : { callback: restOfCallback };
  const goal = reportGoal(report);
  if (!isObject(outcome) || goal === null) {
    const untyped = isObject(report) && callback !== null ? withoutCallback(report, keptCallback) : report;
    return { typed: null, callback, rest: isSilent(untyped) ? null : untyped };
  }
  const { status, reason, success_criteria: criteria, ...more } = outcome;
  const items = criteriaOf(outcome);
  const readable = (items ?? []).map(readCriterion).filter((one) => one !== null);
  const madeAt = madeAtOf(generatedAt, heardAt);
  const rest: JsonObject = {
    ...others,
    ...more,
    ...keptCallback,
    // Only a very long status is cut.
    ...keptUnless("status", status, textOf(status) === goal),
    ...keptUnless("reason", reason, isSilent(reason) || textOf(reason) !== null),
    ...keptUnless("success_criteria", criteria, isSilent(criteria) || items?.every(isWhollyRead) === true),
    ...keptUnless("generated_at", generatedAt, isSilent(generatedAt) || madeAt !== null),
  };
  return {
    typed: {
      status: goal,
      reason: textOf(reason),
      criteria: readable.toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary)),
      generatedAt: madeAt,
    },
    callback,
    rest: isSilent(rest) ? null : rest,
  };
}

function withoutCallback(report: JsonObject, kept: JsonObject): JsonObject {
  const { callback: _callback, ...rest } = report;
  return { ...rest, ...kept };
}

/** Null for a criterion without words, and for one that is judged in an unknown form. */
function readCriterion(raw: Json): TypedReport["criteria"][number] | null {
  const criterion = anyJson.parse(raw);
  if (!isObject(criterion)) {
    return null;
  }
  const text = textOf(criterion["text"]);
  const achieved = booleanOf(criterion["achieved"]);
  return text === null || (achieved === null && !isSilent(criterion["achieved"]))
    ? null
    : { text, achieved, isPrimary: booleanOf(criterion["is_primary"]) === true };
}

/** Whether `readCriterion` keeps everything that the criterion says. */
function isWhollyRead(raw: Json): boolean {
  const criterion = anyJson.parse(raw);
  if (isSilent(criterion)) {
    return true;
  }
  if (!isObject(criterion) || readCriterion(criterion) === null) {
    return false;
  }
  const { text: _text, achieved: _achieved, is_primary: isPrimary, ...more } = criterion;
  return isSilent(more) && (isSilent(isPrimary) || booleanOf(isPrimary) !== null);
}

/* ── Single values. Null for one that says nothing or came in an unknown form. ───────────────────────────────────── */

export function textOf(value: Json | undefined): string | null {
  return typeof value === "string" && !isSilentText(value) ? value.trim() : null;
}

/** A boolean, or its text, which can mean nothing else. */
export function booleanOf(value: Json | undefined): boolean | null {
  const word = typeof value === "string" ? value.trim().toLowerCase() : value;
  return word === true || word === "true" ? true : word === false || word === "false" ? false : null;
}

/** A number from 0 to 1, or its text. */
export function shareOf(value: Json | undefined): number | null {
  const text = typeof value === "string" ? latinDigits(value).trim() : null;
  const number = text === null ? value : /^\d?\.?\d{1,20}$/.test(text) ? Number(text) : null;
  return typeof number === "number" && number >= 0 && number <= 1 ? number : null;
}

/**
 * When a report was made: from 2020 until tomorrow. A report that was made again after the call was last heard of is believed too, so tomorrow
 * is counted from now.
 */
function madeAtOf(value: Json | undefined, heardAt: Date): Date | null {
  const latest = new Date(Math.max(heardAt.getTime(), Date.now()));
  return credibleInstant(latest).safeParse(value).data ?? null;
}

function keptUnless(name: string, value: Json | undefined, isShown: boolean): JsonObject {
  return isShown || value === undefined ? {} : { [name]: value };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
