"use client";

import { type RefObject, useEffect, useRef } from "react";

/** Returns a ref for a form. Whenever `errors` changes and is not empty, focuses the first invalid field. */
export function useFocusInvalid(errors: object): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (Object.keys(errors).length > 0) {
      form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
    }
  }, [errors]);
  return form;
}
