"use client";

import { useTranslations } from "next-intl";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PasswordInput } from "@/components/ui/password-input";
import { useFormAction } from "@/components/use-form-action";
import type { LinkPurpose } from "@/lib/people/link-purpose";

import { redeem } from "./actions";

/** Asks for a new password; for an invitation, also for a name. */
export function LinkForm({
  purpose,
  token,
  email,
  name: initialName,
}: {
  purpose: LinkPurpose;
  token: string;
  email: string;
  name: string;
}) {
  const t = useTranslations("auth");
  const error = useTranslations("auth.error");
  const { values, errors, refusal, form, pending } = useFormAction(redeem, { name: initialName });
  const { name } = values;
  return (
    <form {...form} className="space-y-4">
      <input type="hidden" name="token" value={token} />
      <input type="hidden" name="purpose" value={purpose} />
      <RefusalNotice refusal={refusal} />
      {purpose === "invite" && (
        <Field label={t("link.name")} error={errors.name && error(errors.name)} required>
          <Input
            key={name}
            name="name"
            dir={name === "" ? undefined : "auto"}
            autoComplete="name"
            defaultValue={name}
            className="h-9"
          />
        </Field>
      )}
      {/* Password managers read from this field which account the new password belongs to. */}
      <Field label={t("link.email")}>
        <Input
          name="username"
          type="email"
          dir="ltr"
          autoComplete="username"
          value={email}
          readOnly
          className="h-9 bg-sunken text-muted"
        />
      </Field>
      <Field
        label={t(`link.password.${purpose}`)}
        hint={t("link.passwordHint")}
        error={errors.password && error(errors.password)}
        required
      >
        <PasswordInput name="password" autoComplete="new-password" className="h-9" />
      </Field>
      <Button type="submit" variant="primary" size="lg" pending={pending} className="w-full">
        {pending ? t(`link.submitting.${purpose}`) : t(`link.submit.${purpose}`)}
      </Button>
    </form>
  );
}
