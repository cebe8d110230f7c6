"use client";

import { useSyncExternalStore } from "react";

let isPrinting = false;

/** Whether the page is being printed. The component renders again before the browser lays out the printed page. */
export function usePrinting(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => isPrinting,
    () => false,
  );
}

function subscribe(onChange: () => void): () => void {
  const stopped = new AbortController();
  const media = window.matchMedia("print");
  const change = (value: boolean) => () => {
    isPrinting = value;
    onChange();
  };
  window.addEventListener("beforeprint", change(true), { signal: stopped.signal });
  window.addEventListener("afterprint", change(false), { signal: stopped.signal });
  // Some browsers and tools only switch the media type.
  media.addEventListener("change", () => change(media.matches)(), { signal: stopped.signal });
  return () => stopped.abort();
}
