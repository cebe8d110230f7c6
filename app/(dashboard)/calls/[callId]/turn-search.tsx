"use client";

import { ChevronDown, ChevronUp, Search } from "lucide-react";
import { useTranslations } from "next-intl";
import { useDeferredValue, useMemo, useRef, useState } from "react";

import { cn } from "@/components/cn";
import { useShortcut } from "@/components/shortcuts";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import type { Turn } from "@/lib/transcript/transcript";
import { findInTurn, type Mark, piecesOf } from "@/lib/transcript/transcript-search";

export type CurrentMatch = { turn: number; match: number };
type TranscriptSearch = ReturnType<typeof useTurnSearch>;

const NO_MARKS: ReadonlyMap<number, Mark[][]> = new Map();

/** The search in a transcript: its query, the matches, and the current one. */
export function useTurnSearch(turns: readonly Turn[], initialQuery: string) {
  const [query, setQuery] = useState(initialQuery);
  /** The index of the current match, -1 before the first step. */
  const [at, setAt] = useState(-1);
  const searched = useDeferredValue(query.trim());
  const { marks, matches } = useMemo(() => findAll(turns, searched), [turns, searched]);
  return {
    query,
    isSearching: searched !== "",
    marks,
    count: matches.length,
    at,
    current: matches[at] ?? null,
    setQuery(next: string) {
      setQuery(next);
      setAt(-1);
    },
    /** Goes to the next or previous match and wraps around at the ends. Returns the index of the match's turn; null without matches. */
    step(step: 1 | -1): number | null {
      if (matches.length === 0) {
        return null;
      }
      const next = at === -1 && step === -1 ? matches.length - 1 : (at + step + matches.length) % matches.length;
      setAt(next);
      return matches[next]?.turn ?? null;
    },
  };
}

function findAll(turns: readonly Turn[], query: string) {
  if (query === "") {
    return { marks: NO_MARKS, matches: [] };
  }
  const marks = new Map<number, Mark[][]>();
  const matches: CurrentMatch[] = [];
  for (const [index, turn] of turns.entries()) {
    const found = turn.kind === "speech" ? findInTurn(piecesOf(turn.segments), query) : [];
    if (found.length > 0) {
      marks.set(index, found);
      matches.push(...found.map((_, match) => ({ turn: index, match })));
    }
  }
  return { marks, matches };
}

/** The field of the search, and the buttons to go through its matches. */
export function SearchBar({ search, onStep }: { search: TranscriptSearch; onStep: (step: 1 | -1) => void }) {
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
          // An empty field has the direction of the page, because it shows the placeholder.
          dir={search.query === "" ? undefined : "auto"}
          value={search.query}
          onChange={(event) => search.setQuery(event.currentTarget.value)}
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
      <output className={cn("min-w-14 text-xs text-muted tabular", !search.isSearching && "sr-only")}>
        {search.isSearching ? t("matches", { count: search.count, at: String(Math.max(0, search.at + 1)) }) : ""}
      </output>
      {search.isSearching && (
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
