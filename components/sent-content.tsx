"use client";

import type { ReactNode } from "react";

import { readSent, type Sent } from "./sent";
import { useSentHtml } from "./sent-html";

/** Shows what `SendOnce` made: on the server and after a navigation the elements, in a document's browser the HTML that is already there. */
export function SentContent({ content, className }: { content: Sent<ReactNode>; className?: string | undefined }) {
  const html = useSentHtml("id" in content ? content.id : null);
  return html === null ? (
    <div data-sent={"id" in content ? content.id : undefined} className={className}>
      {readSent(content)}
    </div>
  ) : (
    <div className={className} {...html} />
  );
}
