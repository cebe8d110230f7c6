"use client";

import { useTranslations } from "next-intl";
import { useState, type SubmitEvent } from "react";
import { toast } from "sonner";

import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { useAction } from "@/components/use-action";
import type { ErasurePreview } from "@/db/privacy/erase";

import { beginErasure, previewNumberErasure } from "./actions";

/** Asks for a phone number, shows what its erasure would delete, and starts the erasure. */
export function ErasureForm() {
  const t = useTranslations("privacy");
  const [number, setNumber] = useState("");
  const [found, setFound] = useState<{ masked: string; preview: ErasurePreview } | null>(null);
  const { run, pending, refusal } = useAction({ words: { notNumber: t("erasure.notNumber") }, beside: true });

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
    <form onSubmit={submit} noValidate className="max-w-xl pt-2">
      <Field label={t("erasure.number")} hint={t("erasure.numberHint")} error={refusal?.text} required>
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
      <ConfirmDialog
        open={found !== null}
        onOpenChange={(open) => !open && setFound(null)}
        danger
        title={t("erasure.confirmTitle", { number: found?.masked ?? "" })}
        description={t("erasure.confirmBody")}
        confirmLabel={t("erasure.erase")}
        onConfirm={confirm}
      >
        {found !== null && (
          <ul className="list-disc space-y-1 ps-5 text-sm">
            <li>{t("erasure.calls", { count: found.preview.calls })}</li>
            <li>{t("erasure.deliveries", { count: found.preview.deliveries })}</li>
            <li>{t("erasure.reviews", { count: found.preview.reviews })}</li>
            <li>
              {found.preview.mentions === null
                ? t("erasure.mentionsUnknown")
                : t("erasure.mentions", { count: found.preview.mentions })}
            </li>
          </ul>
        )}
      </ConfirmDialog>
    </form>
  );
}
