"use client";

import { useActionState } from "react";

import { type SharedReason, type ShownRefusal, useRefusalText } from "./use-action";

/** The answer of an action of `server/auth/action.ts`. */
export type ActionAnswer = { ok: true } | { ok: false; reason: string; seconds?: number };

/**
 * Makes a button or a form that calls an action with `useAction` also work before its scripts are there, and without them. Put `submit` on
 * the `<form>` as its `action`, the input in its fields, and call `useAction` in `onSubmit`, after `preventDefault`.
 *
 * `answer` is the answer to a form that was submitted without scripts; null otherwise. `refusal`: the same answer if it is a refusal, with
 * its text. `words`: as for `useAction`.
 */
export function useActionForm<Got extends ActionAnswer, Own extends string = never>(
  action: (previous: Got | null, form: FormData) => Promise<Got>,
  { words }: { words?: Record<Own, string> } = {},
): { submit: (form: FormData) => void; answer: Got | null; refusal: ShownRefusal | null } {
  const describe = useRefusalText(words);
  const [answer, submit] = useActionState<Got | null, FormData>(action, null as Awaited<Got> | null);
  const refused = answer === null ? null : refusalOf(answer);
  return {
    submit,
    answer,
    refusal: refused && {
      reason: refused.reason,
      text: describe({ ...refused, reason: refused.reason as SharedReason }),
    },
  };
}

function refusalOf(answer: ActionAnswer) {
  return answer.ok ? null : answer;
}
