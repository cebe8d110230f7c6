"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { PasswordInput } from "@/components/ui/password-input";
import { useFocusInvalid } from "@/components/ui/use-focus-invalid";

import { changePassword } from "./actions";
import { FormRefusal } from "./form-refusal";
import { useSaid } from "./use-said";

export function PasswordForm({ email }: { email: string }) {
  const t = useTranslations("account.password");
  const error = useTranslations("auth.error");
  const [{ errors, seconds = 0, saved }, action, pending] = useActionState(changePassword, { errors: {}, saved: 0 });
  const form = useFocusInvalid(errors);
  useSaid(saved, t("saved"));
  return (
    // Empty again after a success: the fields keep what was typed otherwise.
    <form key={saved} ref={form} action={action} noValidate className="space-y-4">
      <FormRefusal reason={errors.form} seconds={seconds} />
      {/* For password managers: whose password it is. */}
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
