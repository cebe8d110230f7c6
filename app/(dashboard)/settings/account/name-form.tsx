"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { useFocusInvalid } from "@/components/ui/use-focus-invalid";

import { saveName } from "./actions";
import { FormRefusal } from "./form-refusal";
import { useSaid } from "./use-said";

export function NameForm({ name: initialName }: { name: string }) {
  const t = useTranslations("account.profile");
  const error = useTranslations("auth.error");
  const [{ name, errors, saved }, action, pending] = useActionState(saveName, {
    name: initialName,
    errors: {},
    saved: 0,
  });
  const form = useFocusInvalid(errors);
  useSaid(saved, t("saved"));
  return (
    <form ref={form} action={action} noValidate className="space-y-4">
      <FormRefusal reason={errors.form} />
      <Field label={t("name")} error={errors.name && error(errors.name)} required>
        <Input key={name} name="name" dir={name === "" ? undefined : "auto"} autoComplete="name" defaultValue={name} />
      </Field>
      <Button type="submit" pending={pending}>
        {t("submit")}
      </Button>
    </form>
  );
}
