"use client";

import type { ReactNode } from "react";

import { RefusalNotice } from "./refusal-notice";
import { Button, type ButtonProps } from "./ui/button";
import { type ActionAnswer, useActionForm } from "./use-action-form";

const NO_FIELDS = {};

/** A button that calls an action. Without scripts it submits a form; a refusal is then shown below it. */
export function ActionButton<Got extends ActionAnswer, Own extends string = never>({
  action,
  fields = NO_FIELDS,
  onPress,
  words,
  children,
  ...button
}: Omit<ButtonProps, "type" | "onClick" | "href" | "form"> & {
  action: (previous: Got | null, form: FormData) => Promise<Got>;
  /** The action's input, as the fields of a form. */
  fields?: Readonly<Record<string, string>>;
  /** Calls the action with `useAction`. */
  onPress: () => void;
  /** As for `useAction`. */
  words?: Record<Own, string>;
  children: ReactNode;
}) {
  const { submit, refusal } = useActionForm<Got, Own>(action, words === undefined ? {} : { words });
  return (
    <form
      action={submit}
      className="inline-flex flex-col items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        onPress();
      }}
    >
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Button {...button} type="submit">
        {children}
      </Button>
      <RefusalNotice refusal={refusal} />
    </form>
  );
}
