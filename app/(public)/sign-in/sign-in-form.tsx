"use client";

import { useTranslations } from "next-intl";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PasswordInput } from "@/components/ui/password-input";
import { useFormAction } from "@/components/use-form-action";

import { signIn } from "./actions";

export function SignInForm({ next }: { next: string }) {
  const t = useTranslations("auth");
  const { values, errors, refusal, form, pending } = useFormAction(signIn, { email: "" });
  const { email } = values;
  return (
    <form {...form} className="space-y-4">
      <input type="hidden" name="next" value={next} />
      <RefusalNotice refusal={refusal} />
      <Field label={t("signIn.email")} error={errors.email && t(`error.${errors.email}`)} required>
        <Input
          // React resets a form after its action. The new key makes the field start with what was typed.
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
