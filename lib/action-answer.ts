/** What server actions answer: for the wrapper around them (`server/auth/action.ts`) and the hooks that call them (`components/`). */

/**
 * Why the wrapper refuses an action: nobody is signed in, the role is too low or the request comes from another site, or the database
 * cannot be reached.
 */
export type GateReason = "signedOut" | "forbidden" | "unavailable";

/** The browser's own reasons: the request did not reach the server, or a newer version runs there, which does not have this action. */
export type UnreachableReason = "offline" | "outdated";

/** `reason`: a key of the messages `auth.error`, or one for which the caller has words. */
export type Refusal<Reason extends string = never> = {
  ok: false;
  reason: GateReason | Reason;
  /** How long to wait, with the reason `tooMany`. */
  seconds?: number;
};

/** An action's own refusal. A function, so that the reason keeps its literal type. */
export function refuse<Reason extends string>(reason: Reason): { ok: false; reason: Reason } {
  return { ok: false, reason };
}

/** A form's refusal for what is in its fields: by their names, keys of messages. */
export function refuseFields<const Errors extends object>(errors: Errors): { ok: false; errors: Errors } {
  return { ok: false, errors };
}

/** What a form shows after it was sent; the state of `useActionState`. */
export type FormState<Values = object, Errors = object, Reason extends string = never, Result = unknown> = {
  /** What was typed, because React clears the fields. Never a password. */
  values: Values;
  /** What is wrong with a field: by its name, a key of messages. */
  errors: Errors;
  /** Why nothing was done. */
  refusal: { reason: GateReason | UnreachableReason | Reason; seconds?: number } | null;
  /** How often it has succeeded. */
  saved: number;
  /** What the last success made. */
  result?: Result;
};
