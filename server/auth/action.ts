import { headers } from "next/headers";
import { unstable_rethrow } from "next/navigation";
import type { z } from "zod";

import type { NewAuditEvent } from "@/db/privacy/audit";
import type { FormState, GateReason, Refusal } from "@/lib/action-answer";
import { env } from "@/lib/env";
import { isSameOrigin } from "@/lib/http/same-origin";
import { errorCode, log } from "@/lib/log";
import type { Role } from "@/lib/people/role";
import { buildUserEvent, recordUserEvent, type UserEvent } from "@/server/audit";
import { noteChangeOf } from "@/server/reading";

import { type GateOptions, requireAction, type SignedInUser } from "./gates";
import { tooManyReason } from "./password-checks";

/**
 * The wrapper around all server actions. It refuses requests from other sites and from users without the role, checks the input, runs the
 * work, and answers with a union: `{ok: true, …}` or `{ok: false, reason}`. It rethrows Next's own errors, such as the one that
 * `redirect()` throws. Any other error, usually because the database is unavailable, becomes `unavailable` and a log line that contains
 * only the error's code, because errors of Postgres contain values.
 */

/** `anyone`: no session is needed. */
type Access = Role | "anyone";

/** What the work receives in addition to its input; nothing if no session is needed. */
export type ActionContext<A extends Access> = A extends Role
  ? {
      user: SignedInUser;
      /** Writes an event of this user to the audit log. Throws if the database is unavailable. */
      recordEvent: (event: UserEvent) => Promise<void>;
      /** Builds an event without writing it, for a function of `db/` that writes it in the same transaction as the change. */
      buildEvent: (event: UserEvent) => Promise<NewAuditEvent>;
    }
  : Record<never, never>;

type Definition<A extends Access, Schema extends z.ZodType> = {
  role: A;
  /** `optional`: also for users who still have to set up the second factor that the organization requires. */
  secondFactor?: "required" | "optional";
  input: Schema;
  /** The log event that is written when the work throws. */
  failure: string;
  /** Called after the work has returned: `refresh` or `revalidatePath`, for pages that show what changed. */
  invalidate?: () => void;
};

/**
 * Creates an action that a component calls with one argument, or that a form submits without scripts (`useActionForm`).
 * `invalid`: the reason for input that does not match the schema. Omit it if our pages never send such input.
 * `fromFields`: makes the input from a form's fields. Omit it if the input is an object with these fields.
 */
export function action<
  A extends Access,
  Schema extends z.ZodType,
  Answer extends { ok: true } | { ok: false; reason: string },
  Invalid extends string = never,
>({
  role,
  secondFactor = "required",
  input,
  invalid,
  fromFields = (fields) => fields,
  failure,
  invalidate,
  work,
}: Definition<A, Schema> & {
  invalid?: Invalid;
  fromFields?: (fields: FormFields) => unknown;
  work: (input: z.output<Schema>, context: ActionContext<A>) => Promise<Answer>;
}): CallableAction<z.input<Schema>, Answer | Refusal<Invalid>> {
  return async (first: unknown, form?: FormData) => {
    const gate = await passGate(role, { secondFactor });
    if (!gate.ok) {
      return gate;
    }
    const parsed = input.safeParse(form instanceof FormData ? fromFields(Object.fromEntries(form)) : first);
    if (!parsed.success) {
      return { ok: false, reason: invalid ?? "unavailable" };
    }
    return perform(failure, gate.userId, async () => {
      const answer = await work(parsed.data, gate.context);
      invalidate?.();
      return answer;
    });
  };
}

type FormFields = Record<string, FormDataEntryValue | undefined>;

/** React calls the action of a form with the previous answer and the form. */
type CallableAction<Input, Answer> = {
  (input: Input): Promise<Answer>;
  (previous: Answer | null, form: FormData): Promise<Answer>;
};

/**
 * Creates an action for a form, for `useFormAction`. `input` reads the form and never fails: a missing or overlong field becomes "", for
 * example. `check` returns the errors of the fields. The work runs only without errors, and may return further ones.
 * `keep`: the fields whose values are sent back to the form.
 */
export function formAction<
  A extends Access,
  Schema extends z.ZodType<Record<string, string>>,
  Kept extends keyof z.output<Schema> & string,
  Errors extends object,
  Reason extends string = never,
  Result = never,
>({
  role,
  secondFactor = "required",
  input,
  keep,
  check,
  failure,
  invalidate,
  work,
}: Definition<A, Schema> & {
  keep: readonly Kept[];
  check: (input: z.output<Schema>) => Errors;
  work: (input: z.output<Schema>, context: ActionContext<A>) => Promise<FormAnswer<NoInfer<Errors>, Reason, Result>>;
}) {
  type State = FormState<Pick<z.output<Schema>, Kept>, Errors, Reason, Result>;
  return async (previous: State, form: FormData): Promise<State> => {
    const typed = input.parse(Object.fromEntries(form));
    const values = Object.fromEntries(keep.map((name) => [name, typed[name]])) as State["values"];
    const state = (change: Partial<State>): State => ({
      values,
      errors: {} as Errors,
      refusal: null,
      saved: previous.saved,
      ...change,
    });
    const gate = await passGate(role, { secondFactor });
    if (!gate.ok) {
      return state({ refusal: { reason: gate.reason } });
    }
    const errors = check(typed);
    if (Object.keys(errors).length > 0) {
      return state({ errors });
    }
    const answer = await perform(failure, gate.userId, async () => {
      const done = await work(typed, gate.context);
      invalidate?.();
      return done;
    });
    if (answer.ok) {
      return state({
        saved: previous.saved + 1,
        ...(answer.result === undefined ? {} : { result: answer.result }),
      });
    }
    if ("errors" in answer) {
      return state({ errors: answer.errors });
    }
    const { reason, seconds } = answer;
    return state({ refusal: { reason, ...(seconds === undefined ? {} : { seconds }) } });
  };
}

type FormAnswer<Errors, Reason extends string, Result> =
  | { ok: true; result?: Result }
  | { ok: false; errors: Errors }
  | { ok: false; reason: GateReason | Reason; seconds?: number };

type Gate<A extends Access> =
  | { ok: true; userId: string | null; context: ActionContext<A> }
  | { ok: false; reason: GateReason };

async function passGate<A extends Access>(role: A, options: GateOptions): Promise<Gate<A>> {
  if (!isSameOrigin(await headers(), env.APP_URL)) {
    return { ok: false, reason: "forbidden" };
  }
  if (role === "anyone") {
    return { ok: true, userId: null, context: {} as ActionContext<A> };
  }
  try {
    const gate = await requireAction(role, options);
    if (!gate.ok) {
      return gate;
    }
    const { user } = gate;
    const context: ActionContext<Role> = {
      user,
      recordEvent: (event) => recordUserEvent(user, event),
      buildEvent: (event) => buildUserEvent(user, event),
    };
    return { ok: true, userId: user.id, context: context as ActionContext<A> };
  } catch {
    return { ok: false, reason: "unavailable" };
  }
}

async function perform<Answer>(
  failure: string,
  userId: string | null,
  run: () => Promise<Answer>,
): Promise<Answer | Refusal> {
  try {
    return await run();
  } catch (error) {
    unstable_rethrow(error);
    const refusal = tooManyReason(error);
    if (refusal !== null) {
      return refusal;
    }
    log("error", failure, { error_code: errorCode(error) });
    return { ok: false, reason: "unavailable" };
  } finally {
    // Also after a failure or a redirect: something may have been changed.
    if (userId !== null) {
      await noteChangeOf(userId);
    }
  }
}
