import { cloneElement, createElement, Fragment, isValidElement, type ReactElement, type ReactNode } from "react";

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
  const content = createElement(Fragment, null, ...resolved(children));
  return <SentContent content={keepForHtml<ReactNode>(content)} className={className} />;
}

/** The elements and texts that these nodes render. Neighbouring texts are one, as nothing will look for them one by one. */
function resolved(node: ReactNode): ReactNode[] {
  if (node === null || node === undefined || typeof node === "boolean" || node === "") {
    return [];
  }
  if (typeof node === "string" || typeof node === "number" || typeof node === "bigint") {
    return [String(node)];
  }
  if (Array.isArray(node)) {
    return joined(node.flatMap(resolved));
  }
  if (!isValidElement(node)) {
    throw new TypeError("Only elements and texts can be sent once");
  }
  const element = node as ReactElement<{ children?: ReactNode }>;
  const { type, props } = element;
  if (type === Fragment) {
    return resolved(props.children);
  }
  if (typeof type === "string") {
    const children = resolved(props.children);
    // Without further arguments, the copy would have the children of the original.
    return [
      children.length === 0 ? cloneElement(element, { children: undefined }) : cloneElement(element, {}, ...children),
    ];
  }
  if (typeof type !== "function" || "$$typeof" in type) {
    throw new TypeError("A client component cannot be sent once");
  }
  return resolved((type as (props: object) => ReactNode)(props));
}

function joined(nodes: ReactNode[]): ReactNode[] {
  const all: ReactNode[] = [];
  for (const node of nodes) {
    const last = all.at(-1);
    if (typeof node === "string" && typeof last === "string") {
      all[all.length - 1] = last + node;
    } else {
      all.push(node);
    }
  }
  return all;
}
