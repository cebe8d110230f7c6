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

/** The customer's name from a call's variables, at most 200 characters; null if no variable says it. */
export function customerNameOf(variables: Json | null): string | null {
  if (typeof variables !== "object" || variables === null || Array.isArray(variables)) {
    return null;
  }
  const value = CUSTOMER_NAME_VARIABLES.map((name) => variables[name]).find((found) => !isSilent(found));
  return value == null
    ? null
    : (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 200).toWellFormed();
}
