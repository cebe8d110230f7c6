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
import { useIsHydrated } from "@/components/use-is-hydrated";
import type { Role } from "@/lib/people/role";
import { formHref } from "@/lib/url/parameters";

import { invite } from "./actions";
import { MadeLinkPanel } from "./made-link";
import { RoleChoice } from "./role-choice";

const EMPTY: { email: string; name: string; role: Role } = { email: "", name: "", role: "operator" };

const USERS = "/settings/users";

/** The button and the dialog for an invitation; `isInline`: the form in its place on the page, where the button leads without scripts. */
export function InviteDialog({ isInline = false }: { isInline?: boolean }) {
  const t = useTranslations("people.invite");
  const [open, setOpen] = useState(false);
  // The dialog opens with a new form each time, because a link is shown only once.
  const [formKey, setFormKey] = useState(0);
  const isHydrated = useIsHydrated();
  if (isInline) {
    return <InviteForm key={formKey} inlineHref={USERS} onAnother={() => setFormKey(formKey + 1)} />;
  }
  return (
    <>
      <Button
        variant="primary"
        {...(isHydrated ? {} : { href: formHref(USERS, "invite") })}
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
  open = true,
  onOpenChange,
  inlineHref,
  onAnother,
}: {
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** Shows the form on the page; its "Cancel" leads there. */
  inlineHref?: string;
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
      {...(onOpenChange === undefined ? {} : { onOpenChange })}
      {...(inlineHref === undefined ? {} : { inlineHref })}
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
            <Button onClick={onAnother} {...(inlineHref === undefined ? {} : { href: formHref(inlineHref, "invite") })}>
              {t("another")}
            </Button>
            <DialogClose variant="primary">{t("done")}</DialogClose>
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
