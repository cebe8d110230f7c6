"use client";

import { ArrowDownToLine } from "lucide-react";
import { useTranslations } from "next-intl";
import { memo, type RefObject, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";

import { usePlayerState } from "@/components/player/player-context";
import { Button } from "@/components/ui/button";
import { usePrinting } from "@/components/use-printing";
import type { Turn } from "@/lib/transcript/transcript";
import type { Mark } from "@/lib/transcript/transcript-search";

import { TurnItem } from "./turn";
import { type CurrentMatch, SearchBar, useTurnSearch } from "./turn-search";

/** Up to this many turns, the whole transcript is rendered, so that the browser can search and print it. */
const MAX_UNCHUNKED = 400;
/** A longer transcript is divided into chunks of this many turns. A chunk is rendered when it comes near the viewport, and in print. */
const CHUNK_SIZE = 100;

/** The turns of a call, with a search. If the turns have times, they follow the recording. */
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
  const chunks = useMemo(() => chunksOf(turns), [turns]);
  const [rendered, setRendered] = useState<ReadonlySet<number>>(() => new Set(chunks.length > 1 ? [0] : []));
  const [toReveal, setToReveal] = useState<{ turn: number; block: ScrollLogicalPosition } | null>(null);
  const active = useActiveTurn(turns);
  const search = useTurnSearch(turns, initialQuery);
  const isPrinting = usePrinting();

  const reveal = (turn: number, block: ScrollLogicalPosition) => {
    const chunk = Math.floor(turn / CHUNK_SIZE);
    if (chunks.length > 1 && !rendered.has(chunk)) {
      setRendered(new Set(rendered).add(chunk));
    }
    setToReveal({ turn, block });
  };
  useEffect(() => {
    if (toReveal !== null) {
      const isReduced = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      list.current
        ?.querySelector(`[data-turn="${toReveal.turn}"]`)
        ?.scrollIntoView({ block: toReveal.block, behavior: isReduced ? "auto" : "smooth" });
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
        {chunks.map((chunk, index) => (
          <Chunk
            key={chunk.first}
            chunk={chunk}
            isRendered={chunks.length === 1 || rendered.has(index) || isPrinting}
            isPrinting={isPrinting}
            onNear={() => setRendered((before) => new Set(before).add(index))}
            active={active >= chunk.first && active < chunk.first + chunk.turns.length ? active : -1}
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

type TurnChunk = { first: number; turns: readonly Turn[]; height: number };

function chunksOf(turns: readonly Turn[]): TurnChunk[] {
  const size = turns.length <= MAX_UNCHUNKED ? Math.max(1, turns.length) : CHUNK_SIZE;
  const chunks: TurnChunk[] = [];
  for (let first = 0; first < turns.length; first += size) {
    const part = turns.slice(first, first + size);
    chunks.push({ first, turns: part, height: part.reduce((sum, turn) => sum + estimatedHeight(turn), 0) });
  }
  return chunks;
}

/** A rough height in pixels, so that the page does not jump when a chunk is rendered. */
function estimatedHeight(turn: Turn): number {
  const length = turn.kind === "speech" ? turn.segments.reduce((sum, { text }) => sum + text.length, 0) : 0;
  return 34 + Math.ceil(Math.min(length, 20_000) / 90) * 22;
}

const Chunk = memo(function Chunk({
  chunk,
  isRendered,
  isPrinting,
  onNear,
  active,
  marks,
  current,
}: {
  chunk: TurnChunk;
  isRendered: boolean;
  isPrinting: boolean;
  onNear: () => void;
  active: number;
  marks: ReadonlyMap<number, Mark[][]>;
  current: CurrentMatch | null;
}) {
  const place = useRef<HTMLDivElement>(null);
  const near = useEffectEvent(onNear);
  useEffect(() => {
    if (isRendered || place.current === null) {
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
  }, [isRendered]);

  if (!isRendered) {
    return <div ref={place} style={{ height: chunk.height }} aria-hidden />;
  }
  return (
    <ol start={chunk.first + 1}>
      {chunk.turns.map((turn, offset) => {
        const index = chunk.first + offset;
        return (
          <TurnItem
            // The turns do not change their order.
            // oxlint-disable-next-line react/no-array-index-key
            key={index}
            index={index}
            turn={turn}
            isActive={index === active}
            isPrinting={isPrinting}
            marks={marks.get(index) ?? null}
            currentMatch={current?.turn === index ? current.match : -1}
          />
        );
      })}
    </ol>
  );
});

/* ── Following the recording ─────────────────────────────────────────────────────────────────────────────────────── */

/** The index of the turn that is playing, which is the last one that has started; -1 for none. */
function useActiveTurn(turns: readonly Turn[]): number {
  const starts = useMemo(
    () =>
      turns
        .flatMap((turn, index) =>
          turn.kind === "speech" && turn.startAt !== null ? [{ startAt: turn.startAt, turn: index }] : [],
        )
        .toSorted((a, b) => a.startAt - b.startAt),
    [turns],
  );
  return usePlayerState(({ time, isPlaying }) => (time === 0 && !isPlaying ? -1 : lastStarted(starts, time)), -1);
}

function lastStarted(starts: readonly { startAt: number; turn: number }[], time: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    // In some browsers, a seek to a turn's start ends slightly before it.
    if ((starts[middle]?.startAt ?? 0) <= time + 0.05) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return starts[low - 1]?.turn ?? -1;
}

const SCROLL_KEYS = new Set(["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown"]);

/** Scrolls to the active turn while the recording plays, until the user scrolls. `resume` starts following again. */
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
    const stopFollowing = () => setFollows(false);
    window.addEventListener("wheel", stopFollowing, options);
    window.addEventListener("touchmove", stopFollowing, options);
    window.addEventListener("keydown", (event) => SCROLL_KEYS.has(event.key) && stopFollowing(), options);
    return () => stopped.abort();
  }, [isPlaying]);

  const isAway = useIsOutOfView(active, list, isPlaying && !follows);
  return { isAway, resume: () => setFollows(true) };
}

function useIsOutOfView(turn: number, list: RefObject<HTMLElement | null>, isEnabled: boolean): boolean {
  const [isOut, setIsOut] = useState(false);
  useEffect(() => {
    if (!isEnabled || turn === -1) {
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
  }, [turn, list, isEnabled]);
  return isEnabled && isOut;
}
