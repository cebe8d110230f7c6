"use client";

import { useEffect, useEffectEvent, useRef } from "react";
import { toast } from "sonner";

/** Says `words` each time that `count` goes up: an action has succeeded. */
export function useSaid(count: number, words: string): void {
  const said = useRef(count);
  const say = useEffectEvent(() => toast.success(words));
  useEffect(() => {
    if (count > said.current) {
      said.current = count;
      say();
    }
  }, [count]);
}
