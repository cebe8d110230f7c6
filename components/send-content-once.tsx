import { createElement, Fragment, type ReactNode } from "react";

import { plainContent } from "./plain-content";
import { answersHtml, keepForHtml } from "./send-once";
import { SentContent } from "./sent-content";

/**
 * Puts its content into a document only as HTML. React would send the elements of server components a second time, as data, and the server would
 * write and read this data: for a panel of numbers, that is most of its bytes and of its time. The content is not hydrated, so it must be
 * plain: elements, and server components that are not async. Anything else throws. `FollowedLinks` above it makes the router follow its links.
 */
export async function SendContentOnce({ className, children }: { className?: string; children: ReactNode }) {
  return (await answersHtml()) ? (
    <OnlyHtml className={className}>{children}</OnlyHtml>
  ) : (
    <SentContent content={{ value: children }} className={className} />
  );
}

/** Not async: the components below may use hooks only while React renders this one. */
function OnlyHtml({ className, children }: { className: string | undefined; children: ReactNode }) {
  const content = createElement(Fragment, null, ...plainContent(children));
  return <SentContent content={keepForHtml<ReactNode>(content)} className={className} />;
}
