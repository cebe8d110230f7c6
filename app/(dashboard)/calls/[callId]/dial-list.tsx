"use client";

import { type ReactNode, useEffect, useRef } from "react";

/** A list of calls that scrolls if it is long. It begins at the current call; the page itself does not move. */
export function DialList({ children }: { children: ReactNode }) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const current = list.current?.querySelector("[aria-current]")?.closest("li");
    if (list.current && current) {
      list.current.scrollTop = current.offsetTop - list.current.offsetTop - list.current.clientHeight / 2;
    }
  }, []);
  return (
    <ol ref={list} className="max-h-64 divide-y overflow-y-auto border-t print:max-h-none">
      {children}
    </ol>
  );
}
