"use client";

import { useTranslations } from "next-intl";
import { useRef, useState, type SubmitEvent } from "react";
import { toast } from "sonner";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";
import { useIsHydrated } from "@/components/use-is-hydrated";
import { useTypedBefore } from "@/components/use-typed-before";
import { MAX_AUDIT_DAYS, MIN_AUDIT_DAYS } from "@/lib/privacy/audit-rule";

import { applyAuditRule, previewAuditRule } from "./actions";

/** `text`: the field's value that was counted. The field may contain another one by now. */
type Preview = { text: string; days: number | null; count: number };

/**
 * Sets how long the events are kept. Before saving, a dialog shows how many events the rule would delete. Without scripts, the page shows it in
 * place of the dialog, as a form of its own: React finds the answer to a form only by its own action.
 */
export function AuditRuleForm({ saved }: { saved: number | null }) {
  const t = useTranslations("privacy.audit.rule");
  const words = { notDays: t("notDays", { min: MIN_AUDIT_DAYS, max: MAX_AUDIT_DAYS }) };
  const previewing = useActionForm(previewAuditRule, { words });
  const applying = useActionForm(applyAuditRule, { words });
  const isHydrated = useIsHydrated();
  const form = useRef<HTMLFormElement>(null);
  const submitted = previewing.answer?.ok ? previewing.answer : null;
  const [text, setText] = useState(submitted?.text ?? (saved === null ? "" : String(saved)));
  const [preview, setPreview] = useState<Preview | null>(submitted);
  const { run, pending, refusal } = useAction({ words, beside: true });
  useTypedBefore(form, (typed) => setText(String(typed.get("auditDays") ?? "")));

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const answer = await run(() => previewAuditRule(text));
    if (answer.ok) {
      setPreview(answer);
    }
  };
  const confirm = async (counted: Preview) => {
    const answer = await run(() => applyAuditRule(counted.text));
    setPreview(null);
    if (answer.ok) {
      toast.success(t("saved"));
    }
  };
  const title = preview?.days === null ? t("confirmForever") : t("confirmDays", { days: preview?.days ?? 0 });
  const description = t("confirmBody", { count: preview?.count ?? 0 });
  const confirmLabel = t((preview?.count ?? 0) > 0 ? "saveAndDelete" : "save");
  return (
    <div className="max-w-xl space-y-3">
      {applying.answer?.ok && <Notice tone="success">{t("saved")}</Notice>}
      <RefusalNotice refusal={applying.refusal} />
      <form ref={form} action={previewing.submit} onSubmit={submit} noValidate>
        <Field label={t("label")} hint={t("hint")} error={(refusal ?? previewing.refusal)?.text}>
          <div className="flex gap-2">
            <Input
              name="auditDays"
              dir="ltr"
              inputMode="numeric"
              autoComplete="off"
              placeholder={t("forever")}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <Button type="submit" pending={pending}>
              {t("preview")}
            </Button>
          </div>
        </Field>
      </form>
      {!isHydrated && preview !== null && (
        <form action={applying.submit}>
          <input type="hidden" name="auditDays" value={preview.text} />
          <Notice
            tone={preview.count > 0 ? "danger" : "info"}
            title={title}
            action={
              <Button type="submit" variant={preview.count > 0 ? "danger" : "primary"} size="sm">
                {confirmLabel}
              </Button>
            }
          >
            {description}
          </Notice>
        </form>
      )}
      <ConfirmDialog
        open={preview !== null}
        onOpenChange={(open) => !open && setPreview(null)}
        danger={(preview?.count ?? 0) > 0}
        title={title}
        description={description}
        confirmLabel={confirmLabel}
        onConfirm={() => preview !== null && confirm(preview)}
      />
    </div>
  );
}
