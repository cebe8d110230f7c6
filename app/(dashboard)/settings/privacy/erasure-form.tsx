"use client";

import { useTranslations } from "next-intl";
import { useRef, useState, type SubmitEvent } from "react";
import { toast } from "sonner";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Notice } from "@/components/ui/notice";
import { useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";
import { useIsHydrated } from "@/components/use-is-hydrated";
import { useTypedBefore } from "@/components/use-typed-before";
import type { ErasurePreview } from "@/db/privacy/erasure-preview";
import { isolated } from "@/lib/text/isolated";

import { beginErasure, previewNumberErasure } from "./actions";
import { NumberField } from "./number-field";

/** `number`: the text that was looked up. The field may contain another one by now. */
type Found = { number: string; masked: string; preview: ErasurePreview };

/**
 * Asks for a phone number, shows what its erasure would delete, and starts the erasure of the number that was looked up. Without scripts,
 * the page shows the confirmation in place of the dialog, as a form of its own: React finds the answer to a form only by its own action.
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
  const [deleteUnreadable, setDeleteUnreadable] = useState(false);
  const { run, pending, refusal } = useAction({ words, beside: true });
  useTypedBefore(form, (typed) => setNumber(String(typed.get("number") ?? "")));

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const answer = await run(() => previewNumberErasure(number));
    if (answer.ok) {
      setDeleteUnreadable(false);
      setFound(answer);
    }
  };
  const confirm = async ({ number: lookedUp }: Found) => {
    const answer = await run(() => beginErasure({ number: lookedUp, deleteUnreadable }));
    setFound(null);
    if (answer.ok) {
      setNumber((typed) => (typed === lookedUp ? "" : typed));
      toast.success(t("erasure.started", { number: isolated(answer.masked) }));
    }
  };
  return (
    <div className="max-w-xl space-y-3 pt-2">
      {erasing.answer?.ok && (
        <Notice tone="success">{t("erasure.started", { number: isolated(erasing.answer.masked) })}</Notice>
      )}
      <RefusalNotice refusal={erasing.refusal} />
      <form ref={form} action={looking.submit} onSubmit={submit} noValidate>
        <NumberField
          label={t("erasure.number")}
          error={(refusal ?? looking.refusal)?.text}
          submitLabel={t("erasure.look")}
          pending={pending}
          value={number}
          onChange={(event) => setNumber(event.target.value)}
        />
      </form>
      {!isHydrated && found !== null && (
        <form action={erasing.submit}>
          <input type="hidden" name="number" value={found.number} />
          <Notice
            tone="danger"
            title={t("erasure.confirmTitle", { number: isolated(found.masked) })}
            action={
              <Button type="submit" variant="danger" size="sm">
                {t("erasure.erase")}
              </Button>
            }
          >
            <p>{t("erasure.confirmBody")}</p>
            <Consequences preview={found.preview} />
            <Unreadable preview={found.preview} />
          </Notice>
        </form>
      )}
      <ConfirmDialog
        open={found !== null}
        onOpenChange={(open) => !open && setFound(null)}
        danger
        title={t("erasure.confirmTitle", { number: isolated(found?.masked ?? "") })}
        description={t("erasure.confirmBody")}
        confirmLabel={t("erasure.erase")}
        onConfirm={() => found !== null && confirm(found)}
      >
        {found !== null && (
          <>
            <Consequences preview={found.preview} />
            <Unreadable preview={found.preview} checked={deleteUnreadable} onChange={setDeleteUnreadable} />
          </>
        )}
      </ConfirmDialog>
    </div>
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

/** Whether to delete what nobody can read. Without `onChange`, a field of the form around it. */
function Unreadable({
  preview,
  checked,
  onChange,
}: {
  preview: ErasurePreview;
  checked?: boolean;
  onChange?: (checked: boolean) => void;
}) {
  const t = useTranslations("privacy.erasure");
  if (preview.unreadable === 0) {
    return null;
  }
  return (
    <div className="mt-3 space-y-2 text-sm">
      <p>{t("unreadable", { count: preview.unreadable })}</p>
      <Checkbox
        name="deleteUnreadable"
        label={t("deleteUnreadable")}
        description={t("deleteUnreadableHint")}
        {...(onChange === undefined ? {} : { checked, onChange: (event) => onChange(event.target.checked) })}
      />
    </div>
  );
}
