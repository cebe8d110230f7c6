"use client";

import { useTranslations } from "next-intl";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { useFormAction } from "@/components/use-form-action";

import { saveName } from "./actions";

export function NameForm({ name: initialName }: { name: string }) {
  const t = useTranslations("account.profile");
  const error = useTranslations("auth.error");
  const { values, errors, refusal, form, pending } = useFormAction(
    saveName,
    { name: initialName },
    { saved: t("saved") },
  );
  const { name } = values;
  return (
    <form {...form} className="space-y-4">
      <RefusalNotice refusal={refusal} />
      <Field label={t("name")} error={errors.name && error(errors.name)} required>
        <Input key={name} name="name" dir={name === "" ? undefined : "auto"} autoComplete="name" defaultValue={name} />
      </Field>
      <Button type="submit" pending={pending}>
        {t("submit")}
      </Button>
    </form>
  );
}
