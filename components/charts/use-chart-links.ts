"use client";

import type { Route } from "next";
import { useRouter } from "next/navigation";
import { type FocusEvent, type KeyboardEvent, type MouseEvent, useTransition } from "react";

/** Where a link of a chart is: the larger `data-x` is further along, the larger `data-y` further down. */
type Place = { x: number; y: number };

/**
 * For a chart whose every mark is a plain link with `data-x` and `data-y`. There can be hundreds, so the chart is one stop of the tab
 * key, its arrow keys go from mark to mark (the first link has `tabIndex={0}`, the others -1), and one listener follows them.
 *
 * `isTransposed` says of the chart's element whether x runs down the screen.
 */
export function useChartLinks<Chart extends Element>(isTransposed: (chart: Chart) => boolean = () => false) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();

  function follow(event: MouseEvent<Chart>) {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    const href = link?.getAttribute("href");
    if (href == null || event.defaultPrevented || !isPlain) {
      return;
    }
    event.preventDefault();
    startTransition(() => router.push(href as Route));
  }

  function move(event: KeyboardEvent<Chart>) {
    const link = linkOf(event.target);
    const from = link === null ? null : placeOf(link);
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

  /** Whichever mark has the focus is the one that the tab key comes back to. */
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

function placeOf(link: Element): Place {
  return { x: Number(link.getAttribute("data-x")), y: Number(link.getAttribute("data-y")) };
}

function step<Link extends Element>(key: string, from: Place, links: Link[], isTransposed: boolean): Link | undefined {
  const places = links.map((link) => ({ link, ...placeOf(link) }));
  if (key === "Home" || key === "End") {
    return (key === "Home" ? places[0] : places.at(-1))?.link;
  }
  const moves: Record<string, [axis: "x" | "y", sign: 1 | -1]> = isTransposed
    ? { ArrowRight: ["y", 1], ArrowLeft: ["y", -1], ArrowDown: ["x", 1], ArrowUp: ["x", -1] }
    : { ArrowRight: ["x", 1], ArrowLeft: ["x", -1], ArrowDown: ["y", 1], ArrowUp: ["y", -1] };
  const [axis, sign] = moves[key] ?? [];
  if (axis === undefined || sign === undefined) {
    return undefined;
  }
  const across = axis === "x" ? "y" : "x";
  // The nearest along the arrow, and of those the nearest across it. Up and down stay within a bar.
  const ahead = places.filter((place) => (place[axis] - from[axis]) * sign > 0 && (axis === "x" || place.x === from.x));
  const distance = (place: Place) =>
    Math.abs(place[axis] - from[axis]) * 1_000 + Math.abs(place[across] - from[across]);
  return ahead.toSorted((a, b) => distance(a) - distance(b))[0]?.link;
}
