import { isSilent } from "@/lib/text/silence";

import type { Json } from "./facts";

/** The variables in which scenarios pass the customer's name, in order of preference. Template variables have no fixed names. */
const CUSTOMER_NAME_VARIABLES = [
  "customer_name",
  "full_name",
  "client_name",
  "patient_name",
  "name",
  "first_name",
] as const;

/**
 * The customer's name from a call's variables, at most 200 characters; null if no variable says it. A text comes first, also alone in a list. Only
 * without one, a number or an object is taken as it came. False, true and 0 are answers to other questions than who the customer is.
 */
export function customerNameOf(variables: Json | null): string | null {
  if (typeof variables !== "object" || variables === null || Array.isArray(variables)) {
    return null;
  }
  const values = CUSTOMER_NAME_VARIABLES.map((name) => onlyItem(variables[name])).filter(
    (value) => !isSilent(value) && typeof value !== "boolean" && value !== 0,
  );
  const value = values.find((one) => typeof one === "string") ?? values[0];
  return value == null
    ? null
    : (typeof value === "string" ? value.trim() : JSON.stringify(value)).slice(0, 200).toWellFormed();
}

function onlyItem(value: Json | undefined): Json | undefined {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}
