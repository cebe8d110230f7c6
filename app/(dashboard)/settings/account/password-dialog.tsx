"use client";

import { useTranslations } from "next-intl";
import { type ReactElement, useId, useState, useTransition } from "react";

import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { PasswordInput } from "@/components/ui/password-input";

import type { PasswordRefusal } from "./actions";
import { notReached, useWhy } from "./why";

/** Asks for one's password before something that a stranger at an open browser must not do. */
export function PasswordDialog({
  trigger,
  title,
  description,
  submitLabel,
  danger = false,
  onSubmit,
}: {
  trigger: ReactElement;
  title: string;
  description: string;
  submitLabel: string;
  danger?: boolean;
  onSubmit: (password: string) => Promise<{ ok: true } | PasswordRefusal>;
}) {
  const t = useTranslations("account.secondFactor");
  const error = useTranslations("auth.error");
  const id = useId();
  const sayWhy = useWhy();
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [pending, startTransition] = useTransition();
  const change = (next: boolean) => {
    setOpen(next);
    setProblem(null);
  };
  return (
    <Dialog
      trigger={trigger}
      open={open}
      onOpenChange={change}
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
          const password = String(new FormData(event.currentTarget).get("password") ?? "");
          if (password === "") {
            setProblem(error("passwordRequired"));
            return;
          }
          if (pending) {
            return;
          }
          startTransition(async () => {
            const answer = await onSubmit(password).catch(notReached);
            if (answer.ok) {
              change(false);
            } else {
              setProblem(sayWhy(answer));
            }
          });
        }}
      >
        <Field label={t("passwordLabel")} error={problem} required>
          <PasswordInput name="password" autoComplete="current-password" />
        </Field>
      </form>
    </Dialog>
  );
}
