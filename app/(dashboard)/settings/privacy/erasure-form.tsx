"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState, useTransition, type SubmitEvent } from "react";
import { toast } from "sonner";

import { heedRefusal } from "@/components/session-ended";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { ErasurePreview } from "@/db/privacy/erase";

import { askErasure, beginErasure } from "./actions";

/** A number, what an erasure would take, and the erasure itself. */
export function ErasureForm() {
  const t = useTranslations("privacy");
  const router = useRouter();
  const [number, setNumber] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [found, setFound] = useState<{ masked: string; preview: ErasurePreview } | null>(null);
  const [pending, startTransition] = useTransition();

  const explain = (
    answer: { ok: false } & ({ error: "notNumber" } | { refused: "signedOut" | "forbidden" | "unavailable" }),
  ) => {
    if ("refused" in answer) {
      heedRefusal(answer.refused);
    }
    setError("error" in answer ? t("erasure.notNumber") : t(`refused.${answer.refused}`));
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    startTransition(async () => {
      const answer = await askErasure(number);
      if (answer.ok) {
        setError(null);
        setFound(answer);
      } else {
        explain(answer);
      }
    });
  };
  const confirm = async () => {
    const answer = await beginErasure(number);
    setFound(null);
    if (answer.ok) {
      setNumber("");
      toast.success(t("erasure.begun", { number: answer.masked }));
      router.refresh();
    } else {
      explain(answer);
    }
  };
  return (
    <form onSubmit={submit} noValidate className="max-w-xl pt-2">
      <Field label={t("erasure.number")} hint={t("erasure.numberHint")} error={error} required>
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
