"use client";

import { useTranslations } from "next-intl";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { PasswordInput } from "@/components/ui/password-input";
import type { ShownRefusal } from "@/components/use-action";

/** What `PasswordDialog` asks, as a form on the page, for browsers without scripts. `submit` and `refusal` are those of `useActionForm`. */
export function PasswordFormWithoutScripts({
  submitLabel,
  submit,
  refusal,
}: {
  submitLabel: string;
  submit: (form: FormData) => void;
  refusal: ShownRefusal | null;
}) {
  const t = useTranslations("account.secondFactor");
  return (
    <form action={submit} className="flex max-w-sm flex-col items-start gap-3">
      <Field label={t("passwordLabel")} error={refusal?.text} required className="w-full">
        <PasswordInput name="password" autoComplete="current-password" />
      </Field>
      <Button type="submit">{submitLabel}</Button>
    </form>
  );
}
