"use client";

import { ArrowDownToLine, ChevronDown, ChevronUp, Search } from "lucide-react";
import { useTranslations } from "next-intl";
import { memo, type RefObject, useDeferredValue, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";

import { cn } from "@/components/cn";
import { usePlayerState } from "@/components/player/player-context";
import { useShortcut } from "@/components/shortcuts";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import type { Turn } from "@/lib/call/transcript";
import { findInTurn, type Mark, piecesOf } from "@/lib/call/transcript-search";

import { TurnItem } from "./turn";

/** Up to so many turns are all there at once, also for the browser's own search and for paper. */
const ALL_AT_ONCE = 400;
/** Of a longer transcript only the stretches near the window are laid out. */
const STRETCH = 100;

/** The turns of a call: searchable, and following the recording where they carry times. */
export function Transcript({
  turns,
  hasTimes,
  initialQuery,
}: {
  turns: readonly Turn[];
  hasTimes: boolean;
  initialQuery: string;
}) {
  const list = useRef<HTMLDivElement>(null);
  const stretches = useMemo(() => stretchesOf(turns), [turns]);
  const [laidOut, setLaidOut] = useState<ReadonlySet<number>>(() => new Set(stretches.length > 1 ? [0] : []));
  const [toReveal, setToReveal] = useState<{ turn: number; block: ScrollLogicalPosition } | null>(null);
  const active = useActiveTurn(turns);
  const search = useSearch(turns, initialQuery);

  const reveal = (turn: number, block: ScrollLogicalPosition) => {
    const stretch = Math.floor(turn / STRETCH);
    if (stretches.length > 1 && !laidOut.has(stretch)) {
      setLaidOut(new Set(laidOut).add(stretch));
    }
    setToReveal({ turn, block });
  };
  useEffect(() => {
    if (toReveal !== null) {
      const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      list.current
        ?.querySelector(`[data-turn="${toReveal.turn}"]`)
        ?.scrollIntoView({ block: toReveal.block, behavior: isCalm ? "auto" : "smooth" });
    }
  }, [toReveal]);

  const follow = useFollowing(active, list, (turn) => reveal(turn, "nearest"));
  const goTo = (step: 1 | -1) => {
    const turn = search.step(step);
    if (turn !== null) {
      reveal(turn, "center");
    }
  };
  return (
    <>
      <SearchBar search={search} onStep={goTo} />
      <div ref={list} data-timeless={hasTimes ? undefined : true} className="group/turns relative">
        {stretches.map((stretch, index) => (
          <Stretch
            key={stretch.first}
            stretch={stretch}
            isLaidOut={stretches.length === 1 || laidOut.has(index)}
            onNear={() => setLaidOut((before) => new Set(before).add(index))}
            active={active >= stretch.first && active < stretch.first + stretch.turns.length ? active : -1}
            marks={search.marks}
            current={search.current}
          />
        ))}
        {follow.isAway && (
          <div className="pointer-events-none sticky bottom-20 flex justify-center md:bottom-4" data-print="hide">
            <FollowButton onClick={follow.resume} />
          </div>
        )}
      </div>
    </>
  );
}

function FollowButton({ onClick }: { onClick: () => void }) {
  const t = useTranslations("call.transcript");
  return (
    <Button size="sm" variant="primary" className="pointer-events-auto shadow-popover" onClick={onClick}>
      <ArrowDownToLine aria-hidden />
      {t("follow")}
    </Button>
  );
}

type TurnStretch = { first: number; turns: readonly Turn[]; height: number };

function stretchesOf(turns: readonly Turn[]): TurnStretch[] {
  const size = turns.length <= ALL_AT_ONCE ? Math.max(1, turns.length) : STRETCH;
  const stretches: TurnStretch[] = [];
  for (let first = 0; first < turns.length; first += size) {
    const part = turns.slice(first, first + size);
    stretches.push({ first, turns: part, height: part.reduce((sum, turn) => sum + estimatedHeight(turn), 0) });
  }
  return stretches;
}

/** In pixels, roughly: what is not laid out yet keeps about its place. */
function estimatedHeight(turn: Turn): number {
  const length = turn.kind === "speech" ? turn.segments.reduce((sum, { text }) => sum + text.length, 0) : 0;
  return 34 + Math.ceil(Math.min(length, 20_000) / 90) * 22;
}

const Stretch = memo(function Stretch({
  stretch,
  isLaidOut,
  onNear,
  active,
  marks,
  current,
}: {
  stretch: TurnStretch;
  isLaidOut: boolean;
  onNear: () => void;
  active: number;
  marks: ReadonlyMap<number, Mark[][]>;
  current: CurrentMatch | null;
}) {
  const place = useRef<HTMLDivElement>(null);
  const near = useEffectEvent(onNear);
  useEffect(() => {
    if (isLaidOut || place.current === null) {
      return undefined;
    }
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) {
          near();
        }
      },
      { rootMargin: "1500px 0px" },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [isLaidOut]);

  if (!isLaidOut) {
    return <div ref={place} style={{ height: stretch.height }} aria-hidden />;
  }
  return (
    <ol start={stretch.first + 1}>
      {stretch.turns.map((turn, offset) => {
        const index = stretch.first + offset;
        return (
          <TurnItem
            // A transcript does not change its order.
            // oxlint-disable-next-line react/no-array-index-key
            key={index}
            index={index}
            turn={turn}
            isActive={index === active}
            marks={marks.get(index) ?? null}
            currentMatch={current?.turn === index ? current.match : -1}
          />
        );
      })}
    </ol>
  );
});

/* ── Following the recording ─────────────────────────────────────────────────────────────────────────────────────── */

/** The turn that is heard now, -1 for none: the last one that has begun. */
function useActiveTurn(turns: readonly Turn[]): number {
  const starts = useMemo(
    () =>
      turns
        .flatMap((turn, index) =>
          turn.kind === "speech" && turn.startAt !== null ? [{ at: turn.startAt, turn: index }] : [],
        )
        .toSorted((a, b) => a.at - b.at),
    [turns],
  );
  return usePlayerState(({ time, isPlaying }) => (time === 0 && !isPlaying ? -1 : lastBegun(starts, time)), -1);
}

function lastBegun(starts: readonly { at: number; turn: number }[], time: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    // A seek to a turn's start lands a hair before it in some browsers.
    if ((starts[middle]?.at ?? 0) <= time + 0.05) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return starts[low - 1]?.turn ?? -1;
}

const SCROLL_KEYS = new Set(["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown"]);

/** Scrolls along with the recording until the reader scrolls for themselves, and again when they say so. */
function useFollowing(active: number, list: RefObject<HTMLElement | null>, reveal: (turn: number) => void) {
  const isPlaying = usePlayerState((state) => state.isPlaying, false);
  const [follows, setFollows] = useState(true);
  const revealNow = useEffectEvent(reveal);

  useEffect(() => {
    const isTyping = document.activeElement?.matches("input:not([type=range]), textarea, select") === true;
    if (isPlaying && follows && active !== -1 && !isTyping) {
      revealNow(active);
    }
  }, [active, follows, isPlaying]);

  useEffect(() => {
    if (!isPlaying) {
      return undefined;
    }
    const stopped = new AbortController();
    const options = { passive: true, signal: stopped.signal };
    const leave = () => setFollows(false);
    window.addEventListener("wheel", leave, options);
    window.addEventListener("touchmove", leave, options);
    window.addEventListener("keydown", (event) => SCROLL_KEYS.has(event.key) && leave(), options);
    return () => stopped.abort();
  }, [isPlaying]);

  const isOutOfSight = useIsOutOfSight(active, list, isPlaying && !follows);
  return { isAway: isOutOfSight, resume: () => setFollows(true) };
}

function useIsOutOfSight(turn: number, list: RefObject<HTMLElement | null>, isAsked: boolean): boolean {
  const [isOut, setIsOut] = useState(false);
  useEffect(() => {
    if (!isAsked || turn === -1) {
      return undefined;
    }
    const element = list.current?.querySelector(`[data-turn="${turn}"]`);
    if (element === null || element === undefined) {
      const frame = requestAnimationFrame(() => setIsOut(true));
      return () => cancelAnimationFrame(frame);
    }
    const observer = new IntersectionObserver((entries) => setIsOut(!entries.some((entry) => entry.isIntersecting)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [turn, list, isAsked]);
  return isAsked && isOut;
}

/* ── Search ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

type CurrentMatch = { turn: number; match: number };
type TranscriptSearch = ReturnType<typeof useSearch>;

const NO_MARKS: ReadonlyMap<number, Mark[][]> = new Map();

function useSearch(turns: readonly Turn[], initialQuery: string) {
  const [query, setQuery] = useState(initialQuery);
  const [at, setAt] = useState(-1);
  const asked = useDeferredValue(query.trim());
  const { marks, places } = useMemo(() => findAll(turns, asked), [turns, asked]);
  return {
    query,
    isAsked: asked !== "",
    marks,
    count: places.length,
    at,
    current: places[at] ?? null,
    ask(next: string) {
      setQuery(next);
      setAt(-1);
    },
    /** Goes to the next or previous match, around the end. The turn it is in, null where there is none. */
    step(step: 1 | -1): number | null {
      if (places.length === 0) {
        return null;
      }
      const next = at === -1 && step === -1 ? places.length - 1 : (at + step + places.length) % places.length;
      setAt(next);
      return places[next]?.turn ?? null;
    },
  };
}

function findAll(turns: readonly Turn[], query: string) {
  if (query === "") {
    return { marks: NO_MARKS, places: [] };
  }
  const marks = new Map<number, Mark[][]>();
  const places: CurrentMatch[] = [];
  for (const [index, turn] of turns.entries()) {
    const found = turn.kind === "speech" ? findInTurn(piecesOf(turn.segments), query) : [];
    if (found.length > 0) {
      marks.set(index, found);
      places.push(...found.map((_, match) => ({ turn: index, match })));
    }
  }
  return { marks, places };
}

function SearchBar({ search, onStep }: { search: TranscriptSearch; onStep: (step: 1 | -1) => void }) {
  const t = useTranslations("call.transcript");
  const keys = useTranslations("call.keys");
  const field = useRef<HTMLInputElement>(null);
  useShortcut({ keys: "/", label: keys("search") }, () => field.current?.focus());
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 pb-2" data-print="hide">
      <div className="relative min-w-40 flex-1">
        <Search className="pointer-events-none absolute start-2.5 top-2 size-4 text-subtle" aria-hidden />
        <Input
          ref={field}
          type="search"
          // Empty, its placeholder begins where the page's lines do.
          dir={search.query === "" ? undefined : "auto"}
          value={search.query}
          onChange={(event) => search.ask(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              event.preventDefault();
              onStep(event.shiftKey ? -1 : 1);
            }
          }}
          aria-label={t("search")}
          placeholder={t("search")}
          className="ps-8"
        />
      </div>
      <output className={cn("min-w-14 text-xs text-muted tabular", !search.isAsked && "sr-only")}>
        {search.isAsked ? t("matches", { count: search.count, at: String(Math.max(0, search.at + 1)) }) : ""}
      </output>
      {search.isAsked && (
        <div className="flex">
          <IconButton label={t("previousMatch")} size="sm" disabled={search.count === 0} onClick={() => onStep(-1)}>
            <ChevronUp aria-hidden />
          </IconButton>
          <IconButton label={t("nextMatch")} size="sm" disabled={search.count === 0} onClick={() => onStep(1)}>
            <ChevronDown aria-hidden />
          </IconButton>
        </div>
      )}
    </div>
  );
}
