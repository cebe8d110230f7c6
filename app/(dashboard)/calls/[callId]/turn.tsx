"use client";

import { Braces, ChevronRight, Play, ScrollText, TriangleAlert, Wrench } from "lucide-react";
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
import { formatDuration } from "@/lib/time/duration";
import type { Turn } from "@/lib/transcript/transcript";
import type { Mark } from "@/lib/transcript/transcript-search";

import { Speech } from "./speech";

/** One turn of a transcript. Its content is always plain text, in the direction of its language. */
export const TurnItem = memo(function TurnItem({
  index,
  turn,
  isActive,
  isPrinting,
  marks,
  currentMatch,
}: {
  index: number;
  turn: Turn;
  isActive: boolean;
  /** Whether a long text is shown whole. */
  isPrinting: boolean;
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
      <TurnTime startAt={turn.startAt} />
      <div className="min-w-0">
        {turn.kind === "speech" && (
          <Speech turn={turn} isPrinting={isPrinting} marks={marks} currentMatch={currentMatch} />
        )}
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
