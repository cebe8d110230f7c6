"use client";

import { useTranslations } from "next-intl";
import { useState, useTransition, type SubmitEvent } from "react";
import { toast } from "sonner";

import { heedRefusal } from "@/components/session-ended";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { useFocusInvalid } from "@/components/ui/use-focus-invalid";

import { applyRetention, askRetention, type RetentionErrors } from "./actions";
import { KIND_OF, RETENTION_FIELDS, type RetentionField } from "./retention-fields";

type Values = Record<RetentionField, string>;
type Counts = Extract<Awaited<ReturnType<typeof askRetention>>, { ok: true }>["counts"];

/** Four numbers of days. Nothing is saved before the person has seen how much would go. */
export function RetentionForm({ saved }: { saved: Values }) {
  const t = useTranslations("privacy");
  const [values, setValues] = useState(saved);
  const [errors, setErrors] = useState<RetentionErrors>({});
  const [refused, setRefused] = useState<string | null>(null);
  const [preview, setPreview] = useState<Counts | null>(null);
  const [pending, startTransition] = useTransition();
  const form = useFocusInvalid(errors);

  /** Shows why it was not done; true where it was. */
  const accept = (answer: Awaited<ReturnType<typeof askRetention>> | Awaited<ReturnType<typeof applyRetention>>) => {
    setErrors("errors" in answer ? answer.errors : {});
    setRefused("refused" in answer ? t(`refused.${answer.refused}`) : null);
    if ("refused" in answer) {
      heedRefusal(answer.refused);
    }
    return answer.ok;
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    startTransition(async () => {
      const answer = await askRetention(values);
      if (accept(answer) && answer.ok) {
        setPreview(answer.counts);
      }
    });
  };
  const confirm = async () => {
    const answer = await applyRetention(values);
    setPreview(null);
    if (accept(answer) && answer.ok) {
      toast.success(t("retention.saved", { count: answer.taken }));
    }
  };
  const total = preview === null ? 0 : Object.values(preview).reduce((sum, count) => sum + count, 0);
  return (
    <form ref={form} onSubmit={submit} noValidate className="max-w-xl space-y-4 pt-2">
      {refused !== null && (
        <Notice tone="danger" announce>
          {refused}
        </Notice>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        {RETENTION_FIELDS.map((field) => (
          <Field
            key={field}
            label={t(`retention.${field}`)}
            hint={t(`retention.${field}Hint`)}
            error={errors[field] && t("retention.notDays")}
          >
            <Input
              name={field}
              inputMode="numeric"
              placeholder={t("retention.keep")}
              value={values[field]}
              onChange={(event) => setValues({ ...values, [field]: event.target.value })}
            />
          </Field>
        ))}
      </div>
      {Number(values.deliveryDays || Infinity) > Number(values.transcriptDays || Infinity) && (
        <Notice tone="warning">{t("retention.bodiesLonger")}</Notice>
      )}
      <Button type="submit" variant="primary" pending={pending}>
        {t("retention.preview")}
      </Button>
      <ConfirmDialog
        open={preview !== null}
        onOpenChange={(open) => !open && setPreview(null)}
        danger={total > 0}
        title={t("retention.confirmTitle")}
        description={total === 0 ? t("retention.nothing") : t("retention.confirmBody")}
        confirmLabel={total === 0 ? t("retention.save") : t("retention.saveAndDelete")}
        onConfirm={confirm}
      >
        {preview !== null && total > 0 && (
          <ul className="list-disc space-y-1 ps-5 text-sm">
            {RETENTION_FIELDS.filter((field) => preview[KIND_OF[field]] > 0).map((field) => (
              <li key={field}>{t(`retention.count.${KIND_OF[field]}`, { count: preview[KIND_OF[field]] })}</li>
            ))}
          </ul>
        )}
      </ConfirmDialog>
    </form>
  );
}
