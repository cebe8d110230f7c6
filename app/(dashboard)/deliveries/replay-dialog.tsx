"use client";

import { RotateCcw } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type ReactElement, useRef, useState } from "react";

import { ActionButton } from "@/components/action-button";
import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import { Progress } from "@/components/ui/progress";
import { type SharedReason, useAction } from "@/components/use-action";
import { useIsWithoutScripts } from "@/components/without-scripts";
import { isQuarantineReason, type QuarantineReason } from "@/lib/delivery/quarantine-reason";
import type { Verdict } from "@/lib/delivery/verdict";

import { replayReason, replaySelection } from "./actions";

type Result = {
  id: string;
  verdict: Verdict | "gone";
  reason: string | null;
};

/** Replays the next few deliveries. Keeps its position, so calling it again after a refusal resumes there. */
type Step = () => Promise<{ ok: true; results: Result[]; isLast: boolean } | { ok: false; reason: SharedReason }>;

type ReplayProgress = { phase: "confirming" | "running" | "stopped" | "done"; results: Result[] };

const NOT_STARTED: ReplayProgress = { phase: "confirming", results: [] };
const MAX_LISTED = 20;

/** Asks for confirmation, replays in steps with progress, and shows the results. Calls `makeStep` once each time it is opened. */
function ReplayDialog({
  trigger,
  title,
  warning,
  count,
  total,
  makeStep,
  onDone,
}: {
  trigger: ReactElement;
  title: string;
  warning?: string;
  /** An additional line of explanation for many deliveries. */
  count?: string;
  total: number;
  makeStep: () => Step;
  onDone?: () => void;
}) {
  const t = useTranslations("deliveries");
  const tCommon = useTranslations("common.action");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [{ phase, results }, setProgress] = useState(NOT_STARTED);
  const { run, refusal, clear } = useAction({ beside: true });
  const step = useRef<Step | null>(null);
  const shouldContinue = useRef(false);

  const showDialog = (next: boolean) => {
    if (next) {
      step.current = null;
      setProgress(NOT_STARTED);
      clear();
    } else {
      shouldContinue.current = false;
      if (results.length > 0) {
        onDone?.();
        router.refresh();
      }
    }
    setOpen(next);
  };

  const replayAll = async () => {
    const next = (step.current ??= makeStep());
    shouldContinue.current = true;
    setProgress((before) => ({ ...before, phase: "running" }));
    while (shouldContinue.current) {
      const answer = await run(next);
      if (!answer.ok) {
        shouldContinue.current = false;
        break;
      }
      setProgress((before) => ({
        results: [...before.results, ...answer.results],
        phase: answer.isLast ? "done" : before.phase,
      }));
      if (answer.isLast) {
        shouldContinue.current = false;
        return;
      }
    }
    setProgress((before) => (before.phase === "running" ? { ...before, phase: "stopped" } : before));
  };
  const stop = () => {
    shouldContinue.current = false;
  };

  const done = results.length;
  return (
    <Dialog
      trigger={trigger}
      open={open}
      onOpenChange={showDialog}
      className="max-w-md"
      title={
        phase === "confirming"
          ? title
          : phase === "done"
            ? t("replay.doneTitle", { count: done })
            : t("replay.runningTitle")
      }
      footer={
        phase === "confirming" ? (
          <>
            <Button onClick={() => showDialog(false)}>{tCommon("cancel")}</Button>
            <Button variant="primary" onClick={replayAll}>
              <RotateCcw aria-hidden />
              {t("replay.confirm")}
            </Button>
          </>
        ) : phase === "running" ? (
          <Button onClick={stop}>{t("replay.stop")}</Button>
        ) : (
          <>
            {phase === "stopped" && (
              <Button variant="primary" onClick={replayAll}>
                {t("replay.continue")}
              </Button>
            )}
            <Button variant={phase === "done" ? "primary" : "secondary"} onClick={() => showDialog(false)}>
              {t("replay.close")}
            </Button>
          </>
        )
      }
    >
      {phase === "confirming" ? (
        <div className="space-y-3 text-base text-muted">
          <p>{t("replay.body")}</p>
          {count !== undefined && <p>{count}</p>}
          {warning !== undefined && <Notice tone="warning">{warning}</Notice>}
        </div>
      ) : (
        <div className="space-y-3">
          {phase !== "done" && (
            <div className="space-y-1.5">
              <Progress value={total === 0 ? 0 : done / total} label={t("replay.runningTitle")} />
              <p className="text-sm text-muted tabular" aria-live="polite">
                {t("replay.progress", { done, total: Math.max(done, total) })}
              </p>
            </div>
          )}
          <RefusalNotice refusal={refusal} />
          {phase === "stopped" && refusal === null && <Notice tone="info">{t("replay.stopped")}</Notice>}
          <Results results={results} />
        </div>
      )}
    </Dialog>
  );
}

function Results({ results }: { results: readonly Result[] }) {
  const t = useTranslations("deliveries");
  const countOf = (verdict: Result["verdict"]) => results.filter((result) => result.verdict === verdict).length;
  const stillQuarantined = results.filter(({ verdict }) => verdict === "quarantined");
  return (
    <div className="space-y-3" aria-live="polite">
      <ul className="space-y-0.5">
        {(["applied", "superseded", "duplicate", "quarantined", "gone"] as const).map((verdict) =>
          countOf(verdict) === 0 ? null : (
            <li key={verdict}>{t(`replay.result.${verdict}`, { count: countOf(verdict) })}</li>
          ),
        )}
      </ul>
      {stillQuarantined.length > 0 && (
        <div className="rounded-md border">
          <p className="border-b bg-sunken/60 px-3 py-1.5 text-xs font-medium text-muted">
            {t("replay.stillQuarantined")}
          </p>
          <ul className="max-h-48 divide-y overflow-y-auto">
            {stillQuarantined.slice(0, MAX_LISTED).map(({ id, reason }) => (
              <li key={id}>
                <Link href={`/deliveries/${id}` as Route} className="block px-3 py-1.5 focus-inset hover:bg-hover">
                  {isQuarantineReason(reason) ? t(`reason.${reason}`) : reason}
                  <bdi dir="ltr" className="ms-2 font-mono text-xs text-muted">
                    {id.slice(0, 8)}
                  </bdi>
                </Link>
              </li>
            ))}
            {stillQuarantined.length > MAX_LISTED && (
              <li className="px-3 py-1.5 text-muted">
                {t("replay.andMore", { count: stillQuarantined.length - MAX_LISTED })}
              </li>
            )}
          </ul>
        </div>
      )}
    </div>
  );
}

/** A button that replays one delivery or the selected deliveries. */
export function ReplaySelectionButton({
  ids,
  reasons,
  onDone,
  trigger,
}: {
  ids: readonly string[];
  /** The quarantine reason of each delivery; null if it is not quarantined. */
  reasons: readonly (string | null)[];
  onDone?: () => void;
  trigger?: ReactElement;
}) {
  const t = useTranslations("deliveries.replay");
  const [only] = ids;
  if (useIsWithoutScripts() && ids.length === 1 && only !== undefined) {
    return (
      <ActionButton action={replaySelection} fields={{ id: only }} size="sm" onPress={() => {}}>
        <RotateCcw aria-hidden />
        {t("one")}
      </ActionButton>
    );
  }
  return (
    <ReplayDialog
      trigger={
        trigger ?? (
          <Button size="sm">
            <RotateCcw aria-hidden />
            {t("one")}
          </Button>
        )
      }
      title={ids.length === 1 ? t("titleOne") : t("titleSelection", { count: ids.length })}
      {...(reasons.includes("unexpected_address") ? { warning: t("bodyAddress") } : {})}
      total={ids.length}
      makeStep={() => stepForIds(ids)}
      {...(onDone === undefined ? {} : { onDone })}
    />
  );
}

const IDS_PER_STEP = 10;

function stepForIds(ids: readonly string[]): Step {
  let at = 0;
  return async () => {
    const some = ids.slice(at, at + IDS_PER_STEP);
    const answer = await replaySelection(some);
    if (!answer.ok) {
      return answer;
    }
    at += some.length;
    const results = some.map((id): Result => {
      const replayed = answer.replayed.find((result) => result.id === id);
      return replayed === undefined ? { id, verdict: "gone", reason: null } : replayed;
    });
    return { ok: true, results, isLast: at >= ids.length };
  };
}

/** A button that replays all deliveries quarantined for one reason. */
export function ReplayReasonButton({ reason, count }: { reason: QuarantineReason; count: number }) {
  const t = useTranslations("deliveries");
  const label = t("quarantine.replayAllOf", { reason: t(`reason.${reason}`) });
  if (useIsWithoutScripts()) {
    return (
      <ActionButton action={replayReason} fields={{ reason }} size="xs" aria-label={label} onPress={() => {}}>
        <RotateCcw aria-hidden />
        {t("quarantine.replayAll")}
      </ActionButton>
    );
  }
  return (
    <ReplayDialog
      trigger={
        <Button size="xs" aria-label={label}>
          <RotateCcw aria-hidden />
          {t("quarantine.replayAll")}
        </Button>
      }
      title={t("replay.titleReason", { reason: t(`reason.${reason}`) })}
      count={t("replay.bodyCount", { count })}
      {...(reason === "unexpected_address" ? { warning: t("replay.bodyAddress") } : {})}
      total={count}
      makeStep={() => stepForReason(reason)}
    />
  );
}

function stepForReason(reason: QuarantineReason): Step {
  const until = new Date();
  let after: { receivedAt: Date; id: string } | null = null;
  return async () => {
    const answer = await replayReason({ reason, after, until });
    if (!answer.ok) {
      return answer;
    }
    after = answer.next;
    return { ok: true, results: answer.replayed, isLast: answer.next === null };
  };
}
