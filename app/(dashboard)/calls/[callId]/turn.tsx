"use client";

import { Braces, ChevronRight, Headset, Play, ScrollText, TriangleAlert, Wrench } from "lucide-react";
import { useTranslations } from "next-intl";
import { memo, type ReactNode, useState } from "react";

import { cn } from "@/components/cn";
import { JsonTree } from "@/components/json-tree";
import { usePlayer } from "@/components/player/player-context";
import { Badge } from "@/components/ui/badge";
import { CodeBlock } from "@/components/ui/code-block";
import { Duration } from "@/components/ui/duration";
import { FreeText } from "@/components/ui/free-text";
import { Ltr } from "@/components/ui/ltr";
import { speakerOf } from "@/lib/call/speaker";
import type { Turn } from "@/lib/call/transcript";
import { type Mark, type Piece, piecesOf } from "@/lib/call/transcript-search";
import { formatDuration } from "@/lib/time/duration";

/** One turn of a transcript. Its content is always plain text, in the direction of its language. */
export const TurnItem = memo(function TurnItem({
  index,
  turn,
  isActive,
  marks,
  currentMatch,
}: {
  index: number;
  turn: Turn;
  isActive: boolean;
  /** The matches of a search in this turn. */
  marks: Mark[][] | null;
  /** The index of the current match, -1 for none. */
  currentMatch: number;
}) {
  return (
    <li
      data-turn={index}
      {...(isActive ? { "aria-current": "true" as const, "data-active": true } : {})}
      className={cn(
        "grid scroll-mt-48 scroll-mb-28 grid-cols-[3.25rem_minmax(0,1fr)] gap-x-2 border-s-2 border-transparent px-3 py-1.5 group-data-timeless/turns:grid-cols-[0_minmax(0,1fr)] md:scroll-mb-12",
        isActive && "border-accent bg-accent-soft",
      )}
    >
      <TurnTime startAt={"startAt" in turn ? turn.startAt : null} />
      <div className="min-w-0">
        {turn.kind === "speech" && <Speech turn={turn} marks={marks} currentMatch={currentMatch} />}
        {turn.kind === "tool" && <Tool turn={turn} />}
        {turn.kind === "instructions" && <Instructions text={turn.text} />}
        {turn.kind === "other" && <Other turn={turn} />}
      </div>
    </li>
  );
});

function TurnTime({ startAt }: { startAt: number | null }) {
  const t = useTranslations("call.transcript");
  const player = usePlayer();
  if (startAt === null) {
    return <span />;
  }
  if (player === null) {
    return <Duration seconds={Math.floor(startAt)} className="justify-self-start pt-0.5 text-xs text-subtle" />;
  }
  return (
    <button
      type="button"
      aria-label={t("playFrom", { time: formatDuration(Math.floor(startAt)) })}
      onClick={() => {
        player.seek(startAt);
        player.play();
      }}
      className="group -ms-1 flex h-6 items-center gap-0.5 justify-self-start rounded-sm px-1 text-xs text-muted hover:bg-hover hover:text-accent-text"
    >
      <Duration seconds={Math.floor(startAt)} />
      <Play
        aria-hidden
        className="size-2.5 fill-current opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
      />
    </button>
  );
}

/* ── Speech ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

/** A longer text, which is not normal speech, is shortened until the user expands it. */
const MAX_SPEECH = 20_000;

function Speech({
  turn,
  marks,
  currentMatch,
}: {
  turn: Turn & { kind: "speech" };
  marks: Mark[][] | null;
  currentMatch: number;
}) {
  const t = useTranslations("call.transcript");
  const [isWhole, setIsWhole] = useState(false);
  const pieces = piecesOf(turn.segments);
  const length = pieces.reduce((sum, { text }) => sum + text.length, 0);
  const shown = isWhole || length <= MAX_SPEECH || marks !== null ? pieces : truncated(MAX_SPEECH, pieces);
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

/* ── Everything else ─────────────────────────────────────────────────────────────────────────────────────────────── */

/** Collapsed content that is rendered only while it is open. */
function Collapsible({ summary, children }: { summary: ReactNode; children: () => ReactNode }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)} className="group/fold text-sm">
      <summary className="-ms-1 flex min-h-6 list-none flex-wrap items-center gap-x-2 gap-y-1 rounded-sm px-1 text-muted select-none hover:bg-hover hover:text-foreground [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-3.5 shrink-0 rtl-flip text-subtle group-open/fold:rotate-90 rtl:group-open/fold:-rotate-90"
        />
        {summary}
      </summary>
      {isOpen && <div className="space-y-2 py-2 ps-5">{children()}</div>}
    </details>
  );
}

function Tool({ turn: { name, call, output } }: { turn: Turn & { kind: "tool" } }) {
  const t = useTranslations("call.transcript");
  return (
    <Collapsible
      summary={
        <>
          <Wrench aria-hidden className="size-3.5 shrink-0" />
          <span className="sr-only">{t("tool")}</span>
          <Ltr className="font-mono text-xs break-all">{name}</Ltr>
          {output?.isError === true && (
            <Badge tone="danger">
              <TriangleAlert aria-hidden />
              {t("toolFailed")}
            </Badge>
          )}
          {output === null && <Badge tone="warning">{t("toolNoAnswer")}</Badge>}
          {typeof output?.durationMs === "number" && (
            <Ltr className="text-xs text-subtle">{t("toolMilliseconds", { ms: Math.round(output.durationMs) })}</Ltr>
          )}
        </>
      }
    >
      {() => (
        <>
          {call === null ? (
            <p className="text-muted">{t("toolNoCall")}</p>
          ) : (
            <Code title={t("arguments")} copyLabel={t("copyArguments")} text={call.arguments} />
          )}
          {output !== null && <Code title={t("result")} copyLabel={t("copyResult")} text={output.output} />}
        </>
      )}
    </Collapsible>
  );
}

/** The maximum number of characters of code to show. */
const MAX_CODE = 100_000;

function Code({ title, copyLabel, text }: { title: string; copyLabel: string; text: string }) {
  const t = useTranslations("call.transcript");
  const code = indentedJson(text);
  return (
    <div>
      <p className="mb-1 text-xs text-muted">{title}</p>
      <CodeBlock label={title} copyLabel={copyLabel} code={code.slice(0, MAX_CODE)} />
      {code.length > MAX_CODE && <p className="mt-1 text-xs text-muted">{t("cut")}</p>}
    </div>
  );
}

/** Indents a JSON object or array. Returns any other text unchanged. */
function indentedJson(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
}

function Instructions({ text }: { text: string }) {
  const t = useTranslations("call.transcript");
  return (
    <Collapsible
      summary={
        <>
          <ScrollText aria-hidden className="size-3.5 shrink-0" />
          {t("instructions")}
        </>
      }
    >
      {() => (
        <p
          dir="auto"
          className="max-h-120 overflow-y-auto rounded-md border bg-sunken p-3 break-words whitespace-pre-wrap"
        >
          <FreeText>{text}</FreeText>
        </p>
      )}
    </Collapsible>
  );
}

function Other({ turn }: { turn: Turn & { kind: "other" } }) {
  const t = useTranslations("call.transcript");
  return (
    <Collapsible
      summary={
        <>
          <Braces aria-hidden className="size-3.5 shrink-0" />
          {t("unknownKind")}
          {turn.name !== "" && <Ltr className="font-mono text-xs break-all">{turn.name}</Ltr>}
        </>
      }
    >
      {() => <JsonTree value={turn.data} />}
    </Collapsible>
  );
}
