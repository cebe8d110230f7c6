"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { PasswordInput } from "@/components/ui/password-input";
import { useFocusInvalid } from "@/components/ui/use-focus-invalid";

import { signIn } from "./actions";

export function SignInForm({ next }: { next: string }) {
  const t = useTranslations("auth");
  const [{ email, errors, seconds = 0 }, action, pending] = useActionState(signIn, { email: "", errors: {} });
  const form = useFocusInvalid(errors);
  return (
    <form ref={form} action={action} noValidate className="space-y-4">
      <input type="hidden" name="next" value={next} />
      {errors.form && (
        <Notice tone={errors.form === "unavailable" ? "warning" : "danger"} announce>
          {t(`error.${errors.form}`, { seconds })}
        </Notice>
      )}
      <Field label={t("signIn.email")} error={errors.email && t(`error.${errors.email}`)} required>
        <Input
          // The browser clears a form that an action answered: what was typed comes back.
          key={email}
          name="email"
          type="email"
          dir="ltr"
          autoComplete="username"
          defaultValue={email}
          className="h-9"
        />
      </Field>
      <Field label={t("signIn.password")} error={errors.password && t(`error.${errors.password}`)} required>
        <PasswordInput name="password" autoComplete="current-password" className="h-9" />
      </Field>
      <Button type="submit" variant="primary" size="lg" pending={pending} className="w-full">
        {pending ? t("signIn.submitting") : t("signIn.submit")}
      </Button>
    </form>
  );
}
