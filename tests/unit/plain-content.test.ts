import { expect, test } from "@playwright/test";
import { createElement as h, Fragment, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";

import { plainContent } from "@/components/plain-content";

const html = (nodes: ReactNode[]) => renderToStaticMarkup(h(Fragment, null, ...nodes));

function Name({ children }: { children?: ReactNode }) {
  return h("b", { title: "name" }, children);
}

function Nothing() {
  return null;
}

test("components become the elements that they render, and neighbouring texts become one", () => {
  const nodes = plainContent([
    h("p", { key: "p", className: "a" }, "one ", 2, [" ", h(Name, { key: "name" }, h(Fragment, null, "<", "x"))]),
    false,
    "three",
    h(Nothing, { key: "nothing" }),
    4,
  ]);
  expect(html(nodes)).toBe('<p class="a">one 2 <b title="name">&lt;x</b></p>three4');
  expect(nodes).toHaveLength(2);
});

test("an element has no children if they render nothing", () => {
  const wasCalled: string[] = [];
  const Silent = () => {
    wasCalled.push("silent");
    return null;
  };
  const nodes = plainContent(h("p", null, h(Silent), null));
  expect(html(nodes)).toBe("<p></p>");
  expect(wasCalled).toEqual(["silent"]);
});

test("client components and async components are refused", () => {
  const Client = Object.assign(() => null, { $$typeof: Symbol.for("react.client.reference") });
  const Async = async () => Promise.resolve("late");
  expect(() => plainContent(h("p", null, h(Client)))).toThrow("A client component cannot be sent once");
  expect(() => plainContent(h(Async as unknown as typeof Nothing))).toThrow("Only elements and texts");
});
