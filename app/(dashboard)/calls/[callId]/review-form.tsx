"use client";

import { useTranslations } from "next-intl";
import { useId, useState, useTransition } from "react";
import { toast } from "sonner";

import { cn } from "@/components/cn";
import { heedRefusal } from "@/components/session-ended";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Radio } from "@/components/ui/radio";
import { Textarea } from "@/components/ui/textarea";
import { DECISIONS, type Decision, MAX_NOTE_LENGTH } from "@/lib/call/review";

import { notReached } from "./action-answer";
import { decideOnCall, undoDecision } from "./actions";

/** One of three decisions and a note. What is saved can be undone for a while. */
export function ReviewForm({ callId, decision, note }: { callId: string; decision: Decision | null; note: string }) {
  const t = useTranslations("call.review");
  const errors = useTranslations("auth.error");
  const id = useId();
  const [chosen, setChosen] = useState(decision);
  const [text, setText] = useState(note);
  const [isPending, startTransition] = useTransition();
  const isTooLong = text.length > MAX_NOTE_LENGTH;
  const isChanged = chosen !== decision || text.trim() !== note.trim();

  const save = (wanted: Decision | "cleared", words: string) =>
    startTransition(async () => {
      const answer = await decideOnCall({ callId, decision: wanted, note: words }).catch(notReached);
      if (!answer.ok) {
        heedRefusal(answer.reason);
        toast.error(answer.reason === "failed" ? t("failed") : errors(answer.reason));
        return;
      }
      const { id } = answer;
      toast.success(wanted === "cleared" ? t("removed") : t("saved", { decision: t(`decision.${wanted}`) }), {
        action: { label: t("undo"), onClick: () => undo(id) },
        duration: 10_000,
      });
    });

  const undo = (id: string) =>
    startTransition(async () => {
      const answer = await undoDecision({ callId, id }).catch(notReached);
      if (answer.ok) {
        toast.success(t("undone"));
      } else {
        heedRefusal(answer.reason);
        toast.error(answer.reason === "failed" ? t("undoFailed") : errors(answer.reason));
      }
    });

  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== null && !isTooLong && !isPending) {
          save(chosen, text);
        }
      }}
    >
      <fieldset>
        <legend className="sr-only">{t("title")}</legend>
        <div className="space-y-1">
          {DECISIONS.map((value) => (
            <Radio
              key={value}
              name={`${id}-decision`}
              value={value}
              checked={chosen === value}
              onChange={() => setChosen(value)}
              label={<span className="font-medium">{t(`decision.${value}`)}</span>}
              description={t(`hint.${value}`)}
              className={cn(
                "rounded-md border px-2.5 py-1.5",
                chosen === value ? "border-accent bg-accent-soft" : "hover:bg-hover",
              )}
            />
          ))}
        </div>
      </fieldset>
      <Field label={t("note")} error={isTooLong && t("noteTooLong", { max: MAX_NOTE_LENGTH })}>
        <Textarea
          // Empty, its placeholder begins where the page's lines do.
          dir={text === "" ? undefined : "auto"}
          rows={2}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          placeholder={t("notePlaceholder")}
        />
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          size="sm"
          variant="primary"
          pending={isPending}
          disabled={!isPending && (chosen === null || !isChanged || isTooLong)}
        >
          {t("save")}
        </Button>
        {decision !== null && (
          <Button size="sm" variant="ghost" disabled={isPending} onClick={() => save("cleared", "")}>
            {t("remove")}
          </Button>
        )}
      </div>
    </form>
  );
}
