"use client";

import { type RefObject, useEffect, useRef } from "react";

/** For a form: when an answer with errors arrives, the first field that needs attention has the focus. `errors` is what arrived. */
export function useFocusInvalid(errors: object): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (Object.keys(errors).length > 0) {
      form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
    }
  }, [errors]);
  return form;
}
