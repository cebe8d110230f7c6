/** The answers of server actions, for their wrapper (`server/auth/action.ts`) and the hooks that call them (`components/`). */

/**
 * Why the wrapper refuses an action: keys of the messages `auth.error`. `signedOut`: there is no session. `secondFactorFirst`: the organization requires a second factor, which
 * the user has not set up. `forbidden`: the role is too low, or the request comes from another site. `unavailable`: usually the database is
 * unavailable. `busy`: too many passwords are being checked. `tooMany`: too many attempts.
 */
export const GATE_REASONS = ["signedOut", "secondFactorFirst", "forbidden", "unavailable", "busy", "tooMany"] as const;
export type GateReason = (typeof GATE_REASONS)[number];

/**
 * Reasons that the browser finds: the request did not reach the server, the page was opened at another address than `APP_URL`, or the server
 * runs a newer version without this action.
 */
export const UNREACHABLE_REASONS = ["offline", "wrongAddress", "outdated"] as const;
export type UnreachableReason = (typeof UNREACHABLE_REASONS)[number];

/** `reason`: a key of the messages `auth.error`, or a reason for which the caller has a message. */
export type Refusal<Reason extends string = never> = {
  ok: false;
  reason: GateReason | Reason;
  /** How long to wait. Only with the reasons `busy` and `tooMany`. */
  seconds?: number;
};

/** Refuses an action for a reason. A function, so that the reason keeps its literal type. */
export function refuse<Reason extends string>(reason: Reason): { ok: false; reason: Reason } {
  return { ok: false, reason };
}

/** Refuses a form because of its fields. `errors`: a message key for each field name. */
export function refuseFields<const Errors extends object>(errors: Errors): { ok: false; errors: Errors } {
  return { ok: false, errors };
}

/** What a form shows after it was submitted: the state of `useActionState`. */
export type FormState<Values = object, Errors = object, Reason extends string = never, Result = unknown> = {
  /** The typed values, to restore them, because React clears the fields. Never contains a password. */
  values: Values;
  /** A message key for each invalid field, by the field's name. */
  errors: Errors;
  /** Why the action was refused; null if it was not, or only because of fields. */
  refusal: { reason: GateReason | UnreachableReason | Reason; seconds?: number } | null;
  /** How many times the form was submitted successfully. */
  saved: number;
  /** The result of the last successful submission. */
  result?: Result;
};
