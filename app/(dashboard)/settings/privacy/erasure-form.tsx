"use client";

import { useTranslations } from "next-intl";
import { useRef, useState, type SubmitEvent } from "react";
import { toast } from "sonner";

import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";
import { useIsHydrated } from "@/components/use-is-hydrated";
import { useTypedBefore } from "@/components/use-typed-before";
import type { ErasurePreview } from "@/db/privacy/erase";

import { beginErasure, previewNumberErasure } from "./actions";

type Found = { number: string; masked: string; preview: ErasurePreview };

/**
 * Asks for a phone number, shows what its erasure would delete, and starts the erasure. Without scripts, the page shows the confirmation in
 * place of the dialog.
 */
export function ErasureForm() {
  const t = useTranslations("privacy");
  const words = { notNumber: t("erasure.notNumber") };
  const looking = useActionForm(previewNumberErasure, { words });
  const erasing = useActionForm(beginErasure, { words });
  const isHydrated = useIsHydrated();
  const form = useRef<HTMLFormElement>(null);
  const submitted = looking.answer?.ok ? looking.answer : null;
  const [number, setNumber] = useState(submitted?.number ?? "");
  const [found, setFound] = useState<Found | null>(submitted);
  const { run, pending, refusal } = useAction({ words, beside: true });
  useTypedBefore(form, (typed) => setNumber(String(typed.get("number") ?? "")));

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const answer = await run(() => previewNumberErasure(number));
    if (answer.ok) {
      setFound(answer);
    }
  };
  const confirm = async () => {
    const answer = await run(() => beginErasure(number));
    setFound(null);
    if (answer.ok) {
      setNumber("");
      toast.success(t("erasure.started", { number: answer.masked }));
    }
  };
  return (
    <form ref={form} action={looking.submit} onSubmit={submit} noValidate className="max-w-xl pt-2">
      {erasing.answer?.ok && (
        <Notice tone="success" className="mb-3">
          {t("erasure.started", { number: erasing.answer.masked })}
        </Notice>
      )}
      <Field
        label={t("erasure.number")}
        hint={t("erasure.numberHint")}
        error={(refusal ?? looking.refusal ?? erasing.refusal)?.text}
        required
      >
        <div className="flex gap-2">
          <Input
            name="number"
            dir="ltr"
            inputMode="tel"
            autoComplete="off"
            placeholder="+966501234567"
            value={number}
            onChange={(event) => setNumber(event.target.value)}
          />
          <Button type="submit" pending={pending}>
            {t("erasure.look")}
          </Button>
        </div>
      </Field>
      {!isHydrated && found !== null && (
        <Notice
          tone="danger"
          className="mt-3"
          title={t("erasure.confirmTitle", { number: found.masked })}
          action={
            <Button type="submit" formAction={erasing.submit} variant="danger" size="sm">
              {t("erasure.erase")}
            </Button>
          }
        >
          <p>{t("erasure.confirmBody")}</p>
          <Consequences preview={found.preview} />
        </Notice>
      )}
      <ConfirmDialog
        open={found !== null}
        onOpenChange={(open) => !open && setFound(null)}
        danger
        title={t("erasure.confirmTitle", { number: found?.masked ?? "" })}
        description={t("erasure.confirmBody")}
        confirmLabel={t("erasure.erase")}
        onConfirm={confirm}
      >
        {found !== null && <Consequences preview={found.preview} />}
      </ConfirmDialog>
    </form>
  );
}

function Consequences({ preview }: { preview: ErasurePreview }) {
  const t = useTranslations("privacy.erasure");
  return (
    <ul className="list-disc space-y-1 ps-5 text-sm">
      <li>{t("calls", { count: preview.calls })}</li>
      <li>{t("deliveries", { count: preview.deliveries })}</li>
      <li>{t("reviews", { count: preview.reviews })}</li>
      <li>{preview.mentions === null ? t("mentionsUnknown") : t("mentions", { count: preview.mentions })}</li>
    </ul>
  );
}
