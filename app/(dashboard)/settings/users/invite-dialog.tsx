"use client";

import { UserPlus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useActionState, useId, useState } from "react";

import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { useFocusInvalid } from "@/components/ui/use-focus-invalid";
import type { Role } from "@/lib/people/role";

import { invite, type InviteState } from "./actions";
import { MadeLinkPanel } from "./made-link";
import { RoleChoice } from "./role-choice";

const NOTHING: InviteState = { values: { email: "", name: "", role: "operator" }, errors: {} };

export function InviteDialog() {
  const t = useTranslations("people.invite");
  const [open, setOpen] = useState(false);
  // A new form each time: what was made before is not shown again.
  const [round, setRound] = useState(0);
  return (
    <>
      <Button
        variant="primary"
        onClick={() => {
          setRound(round + 1);
          setOpen(true);
        }}
      >
        <UserPlus aria-hidden />
        {t("open")}
      </Button>
      <InviteForm key={round} open={open} onOpenChange={setOpen} onAnother={() => setRound(round + 1)} />
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
  const [{ values, errors, link }, action, pending] = useActionState(invite, NOTHING);
  const [role, setRole] = useState<Role>(NOTHING.values.role);
  const form = useFocusInvalid(errors);
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
        <form ref={form} id={id} action={action} noValidate className="space-y-4">
          {errors.form && (
            <Notice tone={errors.form === "unavailable" ? "warning" : "danger"} announce>
              {error(errors.form)}
            </Notice>
          )}
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
          <RoleChoice value={role} onChange={setRole} />
        </form>
      ) : (
        <MadeLinkPanel link={link} />
      )}
    </Dialog>
  );
}
