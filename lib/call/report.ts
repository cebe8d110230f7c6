import type { Json, JsonObject } from "./facts";

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
  /** The fields that the typed form does not contain, or the whole report if it is not typed. Null instead of an empty object. */
  rest: JsonObject | null;
};

/** Reads a report: the vendor's typed form, or any object that a scenario returns. Never throws. */
export function readReport(report: JsonObject): ReadReport {
  const { outcome, generated_at: generatedAt, ...others } = report;
  if (!isObject(outcome) || typeof outcome["status"] !== "string") {
    return { typed: null, rest: Object.keys(report).length === 0 ? null : report };
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
