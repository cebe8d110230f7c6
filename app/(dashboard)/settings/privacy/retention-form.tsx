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
/** The counts, and the values that they are for. The fields may contain others by now. */
type Preview = Omit<Extract<Awaited<ReturnType<typeof previewRetentionRules>>, { ok: true }>, "ok">;

/**
 * A form with the days of each retention rule. Before saving, a dialog shows how much the rules would delete; it saves the rules that were
 * counted. Without scripts, the page shows it in place of the dialog, as a form of its own: React finds the answer to a form only by its own
 * action.
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
  const [preview, setPreview] = useState<Preview | null>(previewing.answer?.ok ? previewing.answer : null);
  const { run, pending, refusal: refusedAction } = useAction({ words, beside: true });
  const refusal = refusedAction ?? previewing.refusal ?? applying.refusal;
  const form = useFocusInvalid(errors);
  useTypedBefore(form, (typed) => {
    const now = Object.fromEntries(RETENTION_FIELDS.map((field) => [field, String(typed.get(field) ?? "")])) as Values;
    setValues(now);
    // The dialog does not say which rules it is about, so it must not open above others.
    setPreview((shown) =>
      shown !== null && RETENTION_FIELDS.every((field) => shown.values[field] === now[field]) ? shown : null,
    );
  });

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const answer = await run(() => previewRetentionRules(values));
    setErrors("errors" in answer ? answer.errors : {});
    if (answer.ok) {
      // The fields may have changed in the meantime, and the dialog does not say which rules it is about.
      setValues(answer.values);
      setPreview(answer);
    }
  };
  const confirm = async ({ values: counted }: Preview) => {
    const answer = await run(() => applyRetention(counted));
    setErrors("errors" in answer ? answer.errors : {});
    setPreview(null);
    if (answer.ok) {
      toast.success(t("retention.saved", { count: answer.deleted }));
      if (answer.isIncomplete) {
        toast.error(t("retention.incomplete"));
      }
    }
  };
  const deletes = preview !== null && Object.values(preview.counts).some(mayDelete);
  return (
    <div className="max-w-xl space-y-4 pt-2">
      {applying.answer?.ok && (
        <Notice tone="success">{t("retention.saved", { count: applying.answer.deleted })}</Notice>
      )}
      {applying.answer?.ok && applying.answer.isIncomplete && (
        <Notice tone="warning">{t("retention.incomplete")}</Notice>
      )}
      {/* Errors of a field are shown beside the field. */}
      <RefusalNotice refusal={refusal?.reason === "invalid" ? null : refusal} />
      <form ref={form} action={previewing.submit} onSubmit={submit} noValidate className="space-y-4">
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
      </form>
      {!isHydrated && preview !== null && (
        <form action={applying.submit}>
          {RETENTION_FIELDS.map((field) => (
            <input key={field} type="hidden" name={field} value={preview.values[field]} />
          ))}
          <Notice
            tone={deletes ? "danger" : "info"}
            title={t("retention.confirmTitle")}
            action={
              <Button type="submit" variant={deletes ? "danger" : "primary"} size="sm">
                {deletes ? t("retention.saveAndDelete") : t("retention.save")}
              </Button>
            }
          >
            <dl className="grid grid-cols-[auto_1fr] gap-x-3">
              {RETENTION_FIELDS.map((field) => (
                <div key={field} className="contents">
                  <dt>{t(`retention.${field}`)}</dt>
                  <dd>{preview.values[field].trim() || t("retention.keep")}</dd>
                </div>
              ))}
            </dl>
            <p>{deletes ? t("retention.confirmBody") : t("retention.nothing")}</p>
            <Consequences counts={preview.counts} />
          </Notice>
        </form>
      )}
      <ConfirmDialog
        open={preview !== null}
        onOpenChange={(open) => !open && setPreview(null)}
        danger={deletes}
        title={t("retention.confirmTitle")}
        description={deletes ? t("retention.confirmBody") : t("retention.nothing")}
        confirmLabel={deletes ? t("retention.saveAndDelete") : t("retention.save")}
        onConfirm={() => preview !== null && confirm(preview)}
      >
        {preview !== null && deletes && <Consequences counts={preview.counts} />}
      </ConfirmDialog>
    </div>
  );
}

type Count = Preview["counts"][keyof Preview["counts"]];

function mayDelete({ count, isBounded }: Count): boolean {
  return count > 0 || isBounded;
}

function Consequences({ counts }: { counts: Preview["counts"] }) {
  const t = useTranslations("privacy.retention");
  return (
    <ul className="list-disc space-y-1 ps-5 text-sm">
      {RETENTION_FIELDS.map((field) => KIND_OF[field])
        .filter((kind) => mayDelete(counts[kind]))
        .map((kind) => {
          const { count, isBounded } = counts[kind];
          return <li key={kind}>{isBounded ? t(`countMore.${kind}`, { count }) : t(`count.${kind}`, { count })}</li>;
        })}
    </ul>
  );
}
