"use client";

import type { FocusEvent, KeyboardEvent } from "react";

import { useFollowedLinks } from "../use-followed-links";

/** The position of a link in a chart: `data-x` grows along the chart, `data-y` grows downwards. */
type Position = { x: number; y: number };

/**
 * Event handlers for a chart whose marks are plain links with `data-x` and `data-y`. A chart can have hundreds of links, so it
 * is one tab stop (a roving `tabIndex`: initially 0 for the first link and -1 for the others), the arrow keys move between the
 * links, and one listener handles the clicks on all links.
 *
 * `isTransposed` says whether x runs down the screen in the given chart.
 */
export function useChartLinks<Chart extends Element>(isTransposed: (chart: Chart) => boolean = () => false) {
  const { isPending, follow } = useFollowedLinks();

  function move(event: KeyboardEvent<Chart>) {
    const link = linkOf(event.target);
    const from = link === null ? null : positionOf(link);
    if (link === null || from === null || event.metaKey || event.ctrlKey || event.altKey) {
      return;
    }
    const links = [...event.currentTarget.querySelectorAll<HTMLElement | SVGElement>("a[data-x]")];
    const next = step(event.key, from, links, isTransposed(event.currentTarget));
    if (next !== undefined) {
      event.preventDefault();
      next.focus();
    }
  }

  /** Makes the Tab key return to the focused link. */
  function remember(event: FocusEvent<Chart>) {
    const link = linkOf(event.target);
    if (link === null) {
      return;
    }
    for (const other of event.currentTarget.querySelectorAll<HTMLElement | SVGElement>('a[data-x][tabindex="0"]')) {
      other.tabIndex = -1;
    }
    link.tabIndex = 0;
  }

  return { isPending, follow, move, remember };
}

function linkOf(target: EventTarget): HTMLElement | SVGElement | null {
  return target instanceof Element ? target.closest<HTMLElement | SVGElement>("a[data-x]") : null;
}

function positionOf(link: Element): Position {
  return { x: Number(link.getAttribute("data-x")), y: Number(link.getAttribute("data-y")) };
}

function step<Link extends Element>(
  key: string,
  from: Position,
  links: Link[],
  isTransposed: boolean,
): Link | undefined {
  const positions = links.map((link) => ({ link, ...positionOf(link) }));
  if (key === "Home" || key === "End") {
    return (key === "Home" ? positions[0] : positions.at(-1))?.link;
  }
  const moves: Record<string, [axis: "x" | "y", sign: 1 | -1]> = isTransposed
    ? { ArrowRight: ["y", 1], ArrowLeft: ["y", -1], ArrowDown: ["x", 1], ArrowUp: ["x", -1] }
    : { ArrowRight: ["x", 1], ArrowLeft: ["x", -1], ArrowDown: ["y", 1], ArrowUp: ["y", -1] };
  const [axis, sign] = moves[key] ?? [];
  if (axis === undefined || sign === undefined) {
    return undefined;
  }
  const across = axis === "x" ? "y" : "x";
  // The nearest link in the direction of the arrow; a tie goes to the nearest link across it. Moves along y stay in the column.
  const ahead = positions.filter(
    (position) => (position[axis] - from[axis]) * sign > 0 && (axis === "x" || position.x === from.x),
  );
  const distance = (position: Position) =>
    Math.abs(position[axis] - from[axis]) * 1_000 + Math.abs(position[across] - from[across]);
  return ahead.toSorted((a, b) => distance(a) - distance(b))[0]?.link;
}
