"use client";

import { useTranslations } from "next-intl";
import { type ReactElement, useId, useState } from "react";

import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { PasswordInput } from "@/components/ui/password-input";
import { type SharedReason, useAction } from "@/components/use-action";
import type { Refusal } from "@/lib/action-answer";

/** Asks for the user's own password before a change that a stranger at an open browser must not make. */
export function PasswordDialog<Answer extends { ok: true } | Refusal<SharedReason>>({
  trigger,
  title,
  description,
  submitLabel,
  danger = false,
  submit,
  onDone,
}: {
  trigger: ReactElement;
  title: string;
  description: string;
  submitLabel: string;
  danger?: boolean;
  submit: (password: string) => Promise<Answer>;
  onDone: (answer: Extract<Answer, { ok: true }>) => void;
}) {
  const t = useTranslations("account.secondFactor");
  const error = useTranslations("auth.error");
  const id = useId();
  const [open, setOpen] = useState(false);
  const [isMissing, setMissing] = useState(false);
  const { run, pending, refusal, clear } = useAction({ beside: true });
  const showDialog = (next: boolean) => {
    setOpen(next);
    setMissing(false);
    clear();
  };
  const confirm = async (password: string) => {
    if (pending) {
      return;
    }
    setMissing(password === "");
    if (password === "") {
      clear();
      return;
    }
    const answer = await run(() => submit(password));
    if (answer.ok) {
      showDialog(false);
      onDone(answer as Extract<Answer, { ok: true }>);
    }
  };
  return (
    <Dialog
      trigger={trigger}
      open={open}
      onOpenChange={showDialog}
      title={title}
      description={description}
      footer={
        <>
          <DialogClose>{t("cancel")}</DialogClose>
          <Button type="submit" form={id} variant={danger ? "danger" : "primary"} pending={pending}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void confirm(String(new FormData(event.currentTarget).get("password") ?? ""));
        }}
      >
        <Field label={t("passwordLabel")} error={isMissing ? error("passwordRequired") : refusal?.text} required>
          <PasswordInput name="password" autoComplete="current-password" />
        </Field>
      </form>
    </Dialog>
  );
}
