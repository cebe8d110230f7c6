"use client";

import { useTranslations } from "next-intl";
import type { ComponentProps } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

/** The field `number` of a form that looks up a phone number, and its button. */
export function NumberField({
  label,
  error,
  submitLabel,
  pending = false,
  ...input
}: Pick<ComponentProps<typeof Input>, "value" | "defaultValue" | "onChange"> & {
  label: string;
  error: string | undefined;
  submitLabel: string;
  pending?: boolean;
}) {
  const t = useTranslations("privacy.erasure");
  return (
    <Field label={label} hint={t("numberHint")} error={error} required>
      <div className="flex gap-2">
        <Input name="number" dir="ltr" inputMode="tel" autoComplete="off" placeholder="+966501234567" {...input} />
        <Button type="submit" pending={pending}>
          {submitLabel}
        </Button>
      </div>
    </Field>
  );
}
