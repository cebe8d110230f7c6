"use client";

import { useTranslations } from "next-intl";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { useFormAction } from "@/components/use-form-action";

import { giveCode } from "./actions";

export function CodeForm({ factor, next }: { factor: "totp" | "backup"; next: string }) {
  const t = useTranslations("auth.code");
  const error = useTranslations("auth.error");
  const { values, errors, refusal, form, pending } = useFormAction(giveCode, { code: "" });
  const { code } = values;
  return (
    <form {...form} className="space-y-4">
      <input type="hidden" name="next" value={next} />
      <input type="hidden" name="factor" value={factor} />
      <RefusalNotice refusal={refusal} />
      <Field label={t(`label.${factor}`)} error={errors.code && error(errors.code)} required>
        <Input
          key={code}
          name="code"
          dir="ltr"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the page contains only this field
          autoFocus
          defaultValue={code}
          spellCheck={false}
          autoCapitalize="none"
          {...(factor === "totp"
            ? { inputMode: "numeric", autoComplete: "one-time-code", maxLength: 12, placeholder: "123 456" }
            : { autoComplete: "off", maxLength: 20, placeholder: "abcde-fghij" })}
          className="h-10 font-mono text-lg tracking-widest"
        />
      </Field>
      <Button type="submit" variant="primary" size="lg" pending={pending} className="w-full">
        {pending ? t("submitting") : t("submit")}
      </Button>
    </form>
  );
}
