"use client";

import { useActionState, useEffect, useEffectEvent, useRef } from "react";
import { toast } from "sonner";

import type { FormState } from "@/lib/action-answer";

import { announceSessionEnd } from "./session-ended";
import { useFocusInvalid } from "./ui/use-focus-invalid";
import { callAction, type SharedReason, useRefusalText } from "./use-action";

/**
 * For a form whose action was made by `formAction` (`server/auth/action.ts`). Spread `form` on the `<form>`.
 *
 * `values`: what the fields contain at first. After each answer, `values` of the result is what they contained when the form was sent,
 * also if the action could not be reached (`refusal.reason` is `offline` or `outdated`). If the session has ended, a dialog asks to sign
 * in and the page stays as it is.
 *
 * `saved`: the text of a toast after each success.
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
  const reach = async (previous: State, form: FormData): Promise<State> => {
    const answer = await callAction(() => action(previous, form));
    return "values" in answer
      ? answer
      : { ...previous, values: typedValues(previous.values, form), errors: {} as Errors, refusal: answer };
  };
  const initial: State = { values, errors: {} as Errors, refusal: null, saved: 0 };
  // The server renders the action itself into the form, so that it can be sent before its script has loaded, or without one.
  const [state, submit, pending] = useActionState<State, FormData>(
    typeof window === "undefined" ? action : reach,
    initial as Awaited<State>,
  );
  const { refusal, saved } = state;
  useEffect(() => {
    if (refusal?.reason === "signedOut") {
      announceSessionEnd();
    }
  }, [refusal]);
  const said = useRef(saved);
  const saySaved = useEffectEvent(() => savedText !== undefined && toast.success(savedText));
  useEffect(() => {
    if (saved > said.current) {
      said.current = saved;
      saySaved();
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

/** The fields of `values`, with what the form contains. */
function typedValues<Values extends object>(values: Values, form: FormData): Values {
  const typed = Object.entries(values).map(([name, value]) => [name, form.get(name) ?? value]);
  return Object.fromEntries(typed) as Values;
}
