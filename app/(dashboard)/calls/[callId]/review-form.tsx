"use client";

import { useTranslations } from "next-intl";
import { useId, useRef, useState } from "react";
import { toast } from "sonner";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Radio } from "@/components/ui/radio";
import { Textarea } from "@/components/ui/textarea";
import { useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";
import { useIsHydrated } from "@/components/use-is-hydrated";
import { useTypedBefore } from "@/components/use-typed-before";
import { DECISIONS, type Decision, MAX_NOTE_LENGTH } from "@/lib/call/review";

import { decideOnCall, undoDecision } from "./actions";

/** The form for a decision and a note. After saving, the toast has a button that undoes the decision. */
export function ReviewForm({ callId, decision, note }: { callId: string; decision: Decision | null; note: string }) {
  const t = useTranslations("call.review");
  const form = useRef<HTMLFormElement>(null);
  const removal = useId();
  const isHydrated = useIsHydrated();
  const [chosen, setChosen] = useState(decision);
  const [text, setText] = useState(note);
  const words = { gone: t("failed"), invalidReview: t("invalid", { max: MAX_NOTE_LENGTH }) };
  const saving = useAction({ words });
  const { submit, refusal } = useActionForm(decideOnCall, { words });
  const undoing = useAction({ words: { gone: t("undoFailed") } });
  const isPending = saving.pending || undoing.pending;
  useTypedBefore(form, (typed) => {
    setChosen(DECISIONS.find((one) => one === typed.get("decision")) ?? null);
    setText(String(typed.get("note") ?? ""));
  });
  const isTooLong = text.length > MAX_NOTE_LENGTH;
  const isChanged = chosen !== decision || text.trim() !== note.trim();

  const save = async (value: Decision | "cleared", noteText: string) => {
    const answer = await saving.run(() => decideOnCall({ callId, decision: value, note: noteText }));
    if (answer.ok) {
      toast.success(value === "cleared" ? t("removed") : t("saved", { decision: t(`decision.${value}`) }), {
        action: { label: t("undo"), onClick: () => undo(answer.id) },
        duration: 10_000,
      });
    }
  };

  const undo = async (reviewId: string) => {
    const answer = await undoing.run(() => undoDecision({ callId, id: reviewId }));
    if (answer.ok) {
      toast.success(t("undone"));
    }
  };

  return (
    <div className="space-y-3">
      <RefusalNotice refusal={refusal} />
      {/* Its button is in the form below. */}
      <form
        id={removal}
        hidden
        action={submit}
        onSubmit={(event) => {
          event.preventDefault();
          void save("cleared", "");
        }}
      >
        <input type="hidden" name="callId" value={callId} />
        <input type="hidden" name="decision" value="cleared" />
        <input type="hidden" name="note" value="" />
      </form>
      <form
        ref={form}
        action={submit}
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen !== null && !isTooLong && !isPending) {
            void save(chosen, text);
          }
        }}
      >
        <input type="hidden" name="callId" value={callId} />
        <fieldset>
          <legend className="sr-only">{t("title")}</legend>
          <div className="space-y-1">
            {DECISIONS.map((value) => (
              <Radio
                key={value}
                name="decision"
                value={value}
                checked={chosen === value}
                onChange={() => setChosen(value)}
                label={<span className="font-medium">{t(`decision.${value}`)}</span>}
                description={t(`hint.${value}`)}
                className="rounded-md border px-2.5 py-1.5 not-has-checked:hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft"
              />
            ))}
          </div>
        </fieldset>
        <Field label={t("note")} error={isTooLong && t("noteTooLong", { max: MAX_NOTE_LENGTH })}>
          <Textarea
            // An empty field has the direction of the page, because it shows the placeholder.
            dir={text === "" ? undefined : "auto"}
            rows={2}
            name="note"
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
            disabled={isHydrated && !isPending && (chosen === null || !isChanged || isTooLong)}
          >
            {t("save")}
          </Button>
          {decision !== null && (
            <Button type="submit" form={removal} size="sm" variant="ghost" disabled={isPending}>
              {t("remove")}
            </Button>
          )}
        </div>
      </form>
    </div>
  );
}
