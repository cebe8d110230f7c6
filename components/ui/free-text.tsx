import { Fragment, type ReactNode } from "react";

import { numberRuns } from "@/lib/text/number-runs";

/**
 * A text that people or other systems wrote. Its numbers are kept left to right, so that a phone number inside Arabic text reads as it was
 * written. Its container sets the direction of the text, with `<bdi>` or `dir="auto"`.
 *
 * @param render draws a part of the text, for example with highlighted matches; `from` and `to` are string indices
 */
export function FreeText({
  children: text,
  render,
}: {
  children: string;
  render?: (from: number, to: number) => ReactNode;
}) {
  const draw = (from: number, to: number) => (render === undefined ? text.slice(from, to) : render(from, to));
  const nodes: ReactNode[] = [];
  let at = 0;
  for (const [from, to] of numberRuns(text)) {
    nodes.push(
      <Fragment key={from}>
        {from > at && draw(at, from)}
        <bdi dir="ltr">{draw(from, to)}</bdi>
      </Fragment>,
    );
    at = to;
  }
  return (
    <>
      {nodes}
      {at < text.length && draw(at, text.length)}
    </>
  );
}
