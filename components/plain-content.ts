import { cloneElement, Fragment, isValidElement, type ReactElement, type ReactNode } from "react";

/**
 * The elements of HTML and the texts that these nodes render, with all components called. Neighbouring texts become one. Components that use hooks
 * need a component being rendered around the call.
 *
 * @throws TypeError if there is a client component or a component that is async
 */
export function plainContent(node: ReactNode): ReactNode[] {
  if (node === null || node === undefined || typeof node === "boolean" || node === "") {
    return [];
  }
  if (typeof node === "string" || typeof node === "number" || typeof node === "bigint") {
    return [String(node)];
  }
  if (Array.isArray(node)) {
    return joined(node.flatMap(plainContent));
  }
  if (!isValidElement(node)) {
    throw new TypeError("Only elements and texts can be sent once");
  }
  const element = node as ReactElement<{ children?: ReactNode }>;
  const { type, props } = element;
  if (type === Fragment) {
    return plainContent(props.children);
  }
  if (typeof type === "string") {
    const children = plainContent(props.children);
    // Without further arguments, the copy would have the children of the original.
    return [
      children.length === 0 ? cloneElement(element, { children: undefined }) : cloneElement(element, {}, ...children),
    ];
  }
  if (typeof type !== "function" || "$$typeof" in type) {
    throw new TypeError("A client component cannot be sent once");
  }
  return plainContent((type as (props: object) => ReactNode)(props));
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
