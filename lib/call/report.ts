import type { Json, JsonObject } from "./facts";
import { isSilent, isSilentText } from "./silence";

/** The vendor's typed report: whether the goal was met, why, and by which criteria. Missing values are null. */
export type TypedReport = {
  status: string;
  reason: string | null;
  /** Primary criteria first, then in the vendor's order. `achieved` is null if the criterion was not judged. */
  criteria: { text: string; achieved: boolean | null; isPrimary: boolean }[];
  generatedAt: Date | null;
};

type ReadReport = {
  typed: TypedReport | null;
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
      const { text, achieved: met, is_primary: primary } = criterion;
      if (typeof text === "string" && !isSilentText(text) && typeof met === "boolean") {
        judged.set(cutText(text.trim(), MAX_CRITERION_LENGTH), { met, primary: primary === true });
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

/** Reads a report: the vendor's typed form, or any object that a scenario returns. Never throws. */
export function readReport(report: Json): ReadReport {
  const { outcome, generated_at: generatedAt, ...others } = isObject(report) ? report : {};
  if (!isObject(outcome) || typeof outcome["status"] !== "string" || isSilentText(outcome["status"])) {
    return { typed: null, rest: isSilent(report) ? null : report };
  }
  const { status, reason, success_criteria: criteria, ...more } = outcome;
  const readable = Array.isArray(criteria) ? criteria.map(readCriterion) : [];
  const rest: JsonObject = {
    ...others,
    ...more,
    ...keptUnless("reason", reason, isMissing(reason) || typeof reason === "string"),
    ...keptUnless("success_criteria", criteria, isMissing(criteria) || readable.every((one) => one !== null)),
    ...keptUnless("generated_at", generatedAt, isMissing(generatedAt) || instantOf(generatedAt) !== null),
  };
  return {
    typed: {
      status: String(status),
      reason: typeof reason === "string" && reason.trim() !== "" ? reason : null,
      criteria: readable.filter((one) => one !== null).toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary)),
      generatedAt: instantOf(generatedAt),
    },
    rest: Object.keys(rest).length === 0 ? null : rest,
  };
}

function readCriterion(raw: Json): TypedReport["criteria"][number] | null {
  if (!isObject(raw) || typeof raw["text"] !== "string") {
    return null;
  }
  const { text, achieved, is_primary: isPrimary } = raw;
  return { text, achieved: typeof achieved === "boolean" ? achieved : null, isPrimary: isPrimary === true };
}

function keptUnless(name: string, value: Json | undefined, isShown: boolean): JsonObject {
  return isShown || value === undefined ? {} : { [name]: value };
}

function isMissing(value: Json | undefined): value is null | undefined {
  return value === undefined || value === null;
}

function instantOf(value: Json | undefined): Date | null {
  const date = typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value) : null;
  return date === null || Number.isNaN(date.getTime()) ? null : date;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
