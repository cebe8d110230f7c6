"use client";

import { useTranslations } from "next-intl";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { PasswordInput } from "@/components/ui/password-input";
import { useFormAction } from "@/components/use-form-action";

import { changePassword } from "./actions";

export function PasswordForm({ email }: { email: string }) {
  const t = useTranslations("account.password");
  const error = useTranslations("auth.error");
  const { errors, refusal, saved, form, pending } = useFormAction(changePassword, {}, { saved: t("saved") });
  return (
    // The changed key clears the fields after a success. After a failure they keep what was typed.
    <form key={saved} {...form} className="space-y-4">
      <RefusalNotice refusal={refusal} />
      {/* Password managers read from this field which account the password belongs to. */}
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      <Field label={t("current")} error={errors.current && error(errors.current)} required>
        <PasswordInput name="current" autoComplete="current-password" />
      </Field>
      <Field label={t("new")} hint={t("hint")} error={errors.password && error(errors.password)} required>
        <PasswordInput name="password" autoComplete="new-password" />
      </Field>
      <Button type="submit" pending={pending}>
        {pending ? t("submitting") : t("submit")}
      </Button>
    </form>
  );
}
