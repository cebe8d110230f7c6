"use client";

import { type RefObject, useEffect, useRef } from "react";

/** The ref for a form: whenever `errors` changes and is not empty, the first invalid field gets the focus. */
export function useFocusInvalid(errors: object): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (Object.keys(errors).length > 0) {
      form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
    }
  }, [errors]);
  return form;
}
