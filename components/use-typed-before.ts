"use client";

import { type RefObject, useEffect, useEffectEvent } from "react";

/** Calls `take` once, with what was typed and chosen in a form before its scripts were there: controlled fields would lose it. */
export function useTypedBefore(form: RefObject<HTMLFormElement | null>, take: (typed: FormData) => void): void {
  const takeOver = useEffectEvent(take);
  useEffect(() => {
    if (form.current !== null) {
      takeOver(new FormData(form.current));
    }
  }, [form]);
}
