"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { useActionState } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { PasswordInput } from "@/components/ui/password-input";
import { useFocusInvalid } from "@/components/ui/use-focus-invalid";

import { setUp } from "./actions";

export function SetupForm() {
  const t = useTranslations("auth");
  const [{ values, errors, seconds = 0 }, action, pending] = useActionState(setUp, {
    values: { code: "", name: "", email: "" },
    errors: {},
  });
  const form = useFocusInvalid(errors);
  return (
    <form ref={form} action={action} noValidate className="space-y-4">
      {errors.form && (
        <Notice
          tone={errors.form === "unavailable" ? "warning" : "danger"}
          announce
          {...(errors.form === "closed"
            ? {
                action: (
                  <Link href="/sign-in" className="font-medium underline underline-offset-2">
                    {t("signIn.submit")}
                  </Link>
                ),
              }
            : {})}
        >
          {t(`error.${errors.form}`, { seconds })}
        </Notice>
      )}
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
