"use client";

import { Headset } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";

import { cn } from "@/components/cn";
import { FreeText } from "@/components/ui/free-text";
import { speakerOf } from "@/lib/transcript/speaker";
import type { Turn } from "@/lib/transcript/transcript";
import { type Mark, type Piece, piecesOf } from "@/lib/transcript/transcript-search";

/** A longer text, which is not normal speech, is shortened until the user expands it. */
const MAX_SPEECH = 20_000;

/** What one speaker said in a turn, with its corrections and the matches of a search. */
export function Speech({
  turn,
  isPrinting,
  marks,
  currentMatch,
}: {
  turn: Turn & { kind: "speech" };
  isPrinting: boolean;
  marks: Mark[][] | null;
  currentMatch: number;
}) {
  const t = useTranslations("call.transcript");
  const [isWhole, setIsWhole] = useState(false);
  const pieces = piecesOf(turn.segments);
  const length = pieces.reduce((sum, { text }) => sum + text.length, 0);
  const shown =
    isWhole || isPrinting || length <= MAX_SPEECH || marks !== null ? pieces : truncated(MAX_SPEECH, pieces);
  return (
    <>
      <SpeakerName role={turn.role} />
      <p dir="auto" className="max-w-xl text-base break-words whitespace-pre-wrap">
        {shown.map((piece, index) => (
          <PieceText
            // The pieces do not change their order.
            // oxlint-disable-next-line react/no-array-index-key
            key={index}
            piece={piece}
            marks={marksOfPiece(marks, index, currentMatch)}
          />
        ))}
      </p>
      {shown !== pieces && (
        <button
          type="button"
          onClick={() => setIsWhole(true)}
          className="mt-1 text-sm font-medium text-accent-text hover:underline"
        >
          {t("showAll", { count: length })}
        </button>
      )}
    </>
  );
}

const SPEAKERS = {
  customer: { icon: null, className: "text-foreground" },
  agent: { icon: null, className: "text-accent-text" },
  human: { icon: Headset, className: "text-info-text" },
} as const;

/** Who speaks. The vendor's word for a role that Callboard does not know. */
function SpeakerName({ role }: { role: string }) {
  const t = useTranslations("call.transcript.speaker");
  const speaker = speakerOf(role) ?? null;
  const { icon: Icon, className } = speaker === null ? { icon: null, className: "text-foreground" } : SPEAKERS[speaker];
  return (
    <p className={cn("flex items-center gap-1 text-xs leading-6 font-medium", className)}>
      {Icon !== null && <Icon aria-hidden className="size-3.5 shrink-0" />}
      {speaker !== null ? t(speaker) : role.trim() === "" ? t("unknown") : <bdi translate="no">{role}</bdi>}
    </p>
  );
}

function truncated(limit: number, pieces: readonly Piece[]): Piece[] {
  const shown: Piece[] = [];
  let remaining = limit;
  for (const piece of pieces) {
    if (remaining <= 0) {
      break;
    }
    shown.push({ ...piece, text: piece.text.slice(0, remaining) });
    remaining -= piece.text.length;
  }
  return shown;
}

type PieceMark = { from: number; to: number; isCurrent: boolean };

function marksOfPiece(marks: Mark[][] | null, piece: number, currentMatch: number): PieceMark[] {
  return (marks ?? [])
    .flatMap((match, index) =>
      match
        .filter((mark) => mark.piece === piece)
        .map(({ from, to }) => ({ from, to, isCurrent: index === currentMatch })),
    )
    .toSorted((a, b) => a.from - b.from);
}

function PieceText({ piece, marks }: { piece: Piece; marks: readonly PieceMark[] }) {
  const t = useTranslations("call.transcript");
  const text = <FreeText render={(from, to) => highlighted(piece.text, from, to, marks)}>{piece.text}</FreeText>;
  if (piece.kind === "wrong") {
    return (
      <del className="text-muted decoration-danger [unicode-bidi:isolate]">
        <span className="sr-only">{t("heard")}</span>
        {text}
      </del>
    );
  }
  if (piece.kind === "right") {
    return (
      <>
        {" "}
        <ins className="rounded-xs bg-success-soft px-0.5 text-success-text no-underline [unicode-bidi:isolate]">
          <span className="sr-only">{t("corrected")}</span>
          {text}
        </ins>
      </>
    );
  }
  return text;
}

/**
 * The text between two indices with its marks highlighted. Those of the original and the corrected text may overlap; a mark that overlaps
 * the previous one is left out.
 */
function highlighted(text: string, from: number, to: number, marks: readonly PieceMark[]): ReactNode {
  const nodes: ReactNode[] = [];
  let at = from;
  let end = 0;
  for (const mark of marks) {
    if (mark.from < end) {
      continue;
    }
    ({ to: end } = mark);
    const start = Math.max(mark.from, from);
    const stop = Math.min(mark.to, to);
    if (start < stop) {
      nodes.push(
        text.slice(at, start),
        <mark
          key={start}
          {...(mark.isCurrent ? { "data-current": true } : {})}
          className="rounded-xs bg-warning/35 text-inherit data-current:bg-warning data-current:text-background"
        >
          {text.slice(start, stop)}
        </mark>,
      );
      at = stop;
    }
  }
  nodes.push(text.slice(at, to));
  return nodes;
}
