"use client";

import { useActionState, useEffect, useEffectEvent, useRef } from "react";
import { toast } from "sonner";

import type { FormState } from "@/lib/action-answer";

import { announceSessionEnd } from "./session-ended";
import { useFocusInvalid } from "./ui/use-focus-invalid";
import { callAction, type SharedReason, useRefusalText } from "./use-action";

/**
 * The state of a form whose action was made by `formAction` (`server/auth/action.ts`). Spread `form` on the `<form>`.
 *
 * `values` are the initial values of the fields. After each answer, the result's `values` are the submitted values, even if the
 * action could not be called (`refusal.reason` is an `UnreachableReason`). If the session has ended, a dialog asks the user to
 * sign in and the page stays as it is.
 *
 * `saved` is the text of a toast after each success.
 */
export function useFormAction<Values extends object, Errors extends object, Reason extends SharedReason, Result>(
  action: (
    previous: FormState<Values, Errors, Reason, Result>,
    form: FormData,
  ) => Promise<FormState<Values, Errors, Reason, Result>>,
  values: Values,
  { saved: savedText }: { saved?: string } = {},
) {
  type State = FormState<Values, Errors, Reason, Result>;
  const describe = useRefusalText();
  const callFromBrowser = async (previous: State, form: FormData): Promise<State> => {
    const answer = await callAction(() => action(previous, form));
    return "values" in answer
      ? answer
      : { ...previous, values: submittedValues(previous.values, form), errors: {} as Errors, refusal: answer };
  };
  const initial: State = { values, errors: {} as Errors, refusal: null, saved: 0 };
  // The server renders the action into the form, so that the form also works before its script has loaded.
  const [state, submit, pending] = useActionState<State, FormData>(
    typeof window === "undefined" ? action : callFromBrowser,
    initial as Awaited<State>,
  );
  const { refusal, saved } = state;
  useEffect(() => {
    if (refusal?.reason === "signedOut") {
      announceSessionEnd();
    }
  }, [refusal]);
  const announced = useRef(saved);
  const announceSaved = useEffectEvent(() => savedText !== undefined && toast.success(savedText));
  useEffect(() => {
    if (saved > announced.current) {
      announced.current = saved;
      announceSaved();
    }
  }, [saved]);
  const ref = useFocusInvalid(state.errors);
  return {
    ...state,
    refusal: refusal === null ? null : { reason: refusal.reason, text: describe(refusal) },
    form: { ref, action: submit, noValidate: true },
    pending,
  };
}

/** The submitted values of the fields in `values`. */
function submittedValues<Values extends object>(values: Values, form: FormData): Values {
  const submitted = Object.entries(values).map(([name, value]) => [name, form.get(name) ?? value]);
  return Object.fromEntries(submitted) as Values;
}
