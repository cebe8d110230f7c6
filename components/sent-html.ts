"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** The HTML of elements that the document brought, by the name of their value. The router may show a page of this document again. */
const kept = new Map<string, string>();

type SentHtml = { "data-sent": string; suppressHydrationWarning: true; dangerouslySetInnerHTML: { __html: string } };

/**
 * The props of an element whose content the document brought as HTML, and whose value the browser does not have (`sendOnce`). React leaves the
 * content as it is. On the server, the same element has `data-sent={id}` and children.
 *
 * @param id null if the browser has the value
 */
export function useSentHtml(id: string | null): SentHtml | null {
  const router = useRouter();
  const html = id === null || typeof window === "undefined" ? null : htmlOf(id);
  const isLost = html === "";
  useEffect(() => {
    // React discarded the server's HTML before this component saw it.
    if (isLost) {
      router.refresh();
    }
  }, [isLost, router]);
  return id === null || html === null
    ? null
    : { "data-sent": id, suppressHydrationWarning: true, dangerouslySetInnerHTML: { __html: html } };
}

function htmlOf(id: string): string {
  let html = kept.get(id);
  if (html === undefined) {
    html = document.querySelector(`[data-sent="${CSS.escape(id)}"]`)?.innerHTML ?? "";
    kept.set(id, html);
  }
  return html;
}
