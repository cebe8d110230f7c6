"use client";

import { useTranslations } from "next-intl";
import { useState, type SubmitEvent } from "react";
import { toast } from "sonner";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { useFocusInvalid } from "@/components/ui/use-focus-invalid";
import { useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";
import { useIsHydrated } from "@/components/use-is-hydrated";
import { useTypedBefore } from "@/components/use-typed-before";

import { applyRetention, previewRetentionRules, type RetentionErrors } from "./actions";
import { KIND_OF, RETENTION_FIELDS, type RetentionField } from "./retention-fields";

type Values = Record<RetentionField, string>;
type Counts = Extract<Awaited<ReturnType<typeof previewRetentionRules>>, { ok: true }>["counts"];

/**
 * A form with the days of each retention rule. Before saving, a dialog shows how much the rules would delete. Without scripts, the page shows
 * it in place of the dialog.
 */
export function RetentionForm({ saved }: { saved: Values }) {
  const t = useTranslations("privacy");
  const words = { invalid: t("retention.notDays") };
  const previewing = useActionForm(previewRetentionRules, { words });
  const applying = useActionForm(applyRetention, { words });
  const isHydrated = useIsHydrated();
  const submitted = applying.answer ?? previewing.answer;
  const [values, setValues] = useState(submitted !== null && "values" in submitted ? submitted.values : saved);
  const [errors, setErrors] = useState<RetentionErrors>(
    submitted !== null && "errors" in submitted ? submitted.errors : {},
  );
  const [preview, setPreview] = useState<Counts | null>(previewing.answer?.ok ? previewing.answer.counts : null);
  const { run, pending, refusal: refusedAction } = useAction({ words, beside: true });
  const refusal = refusedAction ?? previewing.refusal ?? applying.refusal;
  const form = useFocusInvalid(errors);
  useTypedBefore(form, (typed) =>
    setValues(Object.fromEntries(RETENTION_FIELDS.map((field) => [field, String(typed.get(field) ?? "")])) as Values),
  );

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const answer = await run(() => previewRetentionRules(values));
    setErrors("errors" in answer ? answer.errors : {});
    if (answer.ok) {
      setPreview(answer.counts);
    }
  };
  const confirm = async () => {
    const answer = await run(() => applyRetention(values));
    setErrors("errors" in answer ? answer.errors : {});
    setPreview(null);
    if (answer.ok) {
      toast.success(t("retention.saved", { count: answer.deleted }));
    }
  };
  const total = preview === null ? 0 : Object.values(preview).reduce((sum, count) => sum + count, 0);
  return (
    <form ref={form} action={previewing.submit} onSubmit={submit} noValidate className="max-w-xl space-y-4 pt-2">
      {/* Errors of a field are shown beside the field. */}
      <RefusalNotice refusal={refusal?.reason === "invalid" ? null : refusal} />
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
      {!isHydrated && preview !== null && (
        <Notice
          tone={total > 0 ? "danger" : "info"}
          title={t("retention.confirmTitle")}
          action={
            <Button type="submit" formAction={applying.submit} variant={total > 0 ? "danger" : "primary"} size="sm">
              {total === 0 ? t("retention.save") : t("retention.saveAndDelete")}
            </Button>
          }
        >
          <p>{total === 0 ? t("retention.nothing") : t("retention.confirmBody")}</p>
          <Consequences counts={preview} />
        </Notice>
      )}
      {!isHydrated && applying.answer?.ok && (
        <Notice tone="success">{t("retention.saved", { count: applying.answer.deleted })}</Notice>
      )}
      <ConfirmDialog
        open={preview !== null}
        onOpenChange={(open) => !open && setPreview(null)}
        danger={total > 0}
        title={t("retention.confirmTitle")}
        description={total === 0 ? t("retention.nothing") : t("retention.confirmBody")}
        confirmLabel={total === 0 ? t("retention.save") : t("retention.saveAndDelete")}
        onConfirm={confirm}
      >
        {preview !== null && total > 0 && <Consequences counts={preview} />}
      </ConfirmDialog>
    </form>
  );
}

function Consequences({ counts }: { counts: Counts }) {
  const t = useTranslations("privacy.retention.count");
  return (
    <ul className="list-disc space-y-1 ps-5 text-sm">
      {RETENTION_FIELDS.filter((field) => counts[KIND_OF[field]] > 0).map((field) => (
        <li key={field}>{t(KIND_OF[field], { count: counts[KIND_OF[field]] })}</li>
      ))}
    </ul>
  );
}
