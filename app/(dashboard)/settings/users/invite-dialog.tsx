"use client";

import { UserPlus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { useFormAction } from "@/components/use-form-action";
import type { Role } from "@/lib/people/role";

import { invite } from "./actions";
import { MadeLinkPanel } from "./made-link";
import { RoleChoice } from "./role-choice";

const EMPTY: { email: string; name: string; role: Role } = { email: "", name: "", role: "operator" };

export function InviteDialog() {
  const t = useTranslations("people.invite");
  const [open, setOpen] = useState(false);
  // The dialog opens with a new form each time, because a link is shown only once.
  const [formKey, setFormKey] = useState(0);
  return (
    <>
      <Button
        variant="primary"
        onClick={() => {
          setFormKey(formKey + 1);
          setOpen(true);
        }}
      >
        <UserPlus aria-hidden />
        {t("open")}
      </Button>
      <InviteForm key={formKey} open={open} onOpenChange={setOpen} onAnother={() => setFormKey(formKey + 1)} />
    </>
  );
}

function InviteForm({
  open,
  onOpenChange,
  onAnother,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onAnother: () => void;
}) {
  const t = useTranslations("people.invite");
  const error = useTranslations("auth.error");
  const id = useId();
  const { values, errors, refusal, result: link, form, pending } = useFormAction(invite, EMPTY);
  const [role, setRole] = useState(EMPTY.role);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={link === undefined ? t("title") : t("doneTitle")}
      {...(link === undefined ? { description: t("description") } : {})}
      footer={
        link === undefined ? (
          <>
            <DialogClose>{t("cancel")}</DialogClose>
            <Button type="submit" form={id} variant="primary" pending={pending}>
              {pending ? t("submitting") : t("submit")}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onAnother}>{t("another")}</Button>
            <Button variant="primary" onClick={() => onOpenChange(false)}>
              {t("done")}
            </Button>
          </>
        )
      }
    >
      {link === undefined ? (
        <form {...form} id={id} className="space-y-4">
          <RefusalNotice refusal={refusal} />
          <Field label={t("email")} error={errors.email && error(errors.email)} required>
            <Input
              key={values.email}
              name="email"
              type="email"
              dir="ltr"
              autoComplete="off"
              defaultValue={values.email}
            />
          </Field>
          <Field
            label={t("name")}
            optionalLabel={t("optional")}
            hint={t("nameHint")}
            error={errors.name && error(errors.name)}
          >
            <Input
              key={values.name}
              name="name"
              dir={values.name === "" ? undefined : "auto"}
              autoComplete="off"
              defaultValue={values.name}
            />
          </Field>
          {/* After each answer React resets the form, radio buttons to what was checked when they were mounted. */}
          <RoleChoice key={values.role} value={role} onChange={setRole} />
        </form>
      ) : (
        <MadeLinkPanel link={link} />
      )}
    </Dialog>
  );
}
