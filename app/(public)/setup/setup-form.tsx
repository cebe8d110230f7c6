"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PasswordInput } from "@/components/ui/password-input";
import { useFormAction } from "@/components/use-form-action";

import { setUp } from "./actions";

export function SetupForm() {
  const t = useTranslations("auth");
  const { values, errors, refusal, form, pending } = useFormAction(setUp, { code: "", name: "", email: "" });
  return (
    <form {...form} className="space-y-4">
      <RefusalNotice
        refusal={refusal}
        action={
          refusal?.reason === "closed" ? (
            <Link href="/sign-in" className="font-medium underline underline-offset-2">
              {t("signIn.submit")}
            </Link>
          ) : undefined
        }
      />
      <Field
        label={t("setup.code")}
        hint={t("setup.codeHint")}
        error={errors.code && t(`error.${errors.code}`)}
        required
      >
        <Input
          key={values.code}
          name="code"
          dir="ltr"
          autoComplete="off"
          spellCheck={false}
          defaultValue={values.code}
          className="h-9 font-mono uppercase"
        />
      </Field>
      <Field label={t("setup.name")} error={errors.name && t(`error.${errors.name}`)} required>
        <Input
          key={values.name}
          name="name"
          dir={values.name === "" ? undefined : "auto"}
          autoComplete="name"
          defaultValue={values.name}
          className="h-9"
        />
      </Field>
      <Field label={t("setup.email")} error={errors.email && t(`error.${errors.email}`)} required>
        <Input
          key={values.email}
          name="email"
          type="email"
          dir="ltr"
          autoComplete="username"
          defaultValue={values.email}
          className="h-9"
        />
      </Field>
      <Field
        label={t("setup.password")}
        hint={t("setup.passwordHint")}
        error={errors.password && t(`error.${errors.password}`)}
        required
      >
        <PasswordInput name="password" autoComplete="new-password" className="h-9" />
      </Field>
      <Button type="submit" variant="primary" size="lg" pending={pending} className="w-full">
        {pending ? t("setup.submitting") : t("setup.submit")}
      </Button>
    </form>
  );
}
