"use client";

import type { Route } from "next";
import { useRouter } from "next/navigation";
import { type MouseEvent, useTransition } from "react";

/**
 * A click handler for an element with many plain links: one handler makes the router follow them all, without loading the page again. Clicks
 * that ask for a new tab, and links that handle their clicks themselves, are left alone. After a link with `data-scroll="keep"` the page stays
 * scrolled as it is.
 */
export function useFollowedLinks(): { isPending: boolean; follow: (event: MouseEvent) => void } {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();

  function follow(event: MouseEvent) {
    const link =
      event.target instanceof Element ? event.target.closest('a[href^="/"]:not([target], [download])') : null;
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    const href = link?.getAttribute("href");
    if (href == null || event.defaultPrevented || !isPlain) {
      return;
    }
    event.preventDefault();
    const scroll = link?.getAttribute("data-scroll") !== "keep";
    startTransition(() => router.push(href as Route, { scroll }));
  }

  return { isPending, follow };
}
