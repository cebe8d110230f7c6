"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { PasswordInput } from "@/components/ui/password-input";
import { useFocusInvalid } from "@/components/ui/use-focus-invalid";
import type { LinkPurpose } from "@/lib/people/link-purpose";

import { redeem } from "./actions";

/** The name, where someone is invited, and a password of one's own. */
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
  const [{ name, errors }, action, pending] = useActionState(redeem, { name: initialName, errors: {} });
  const form = useFocusInvalid(errors);
  return (
    <form ref={form} action={action} noValidate className="space-y-4">
      <input type="hidden" name="token" value={token} />
      <input type="hidden" name="purpose" value={purpose} />
      {errors.form && (
        <Notice tone={errors.form === "unavailable" ? "warning" : "danger"} announce>
          {error(errors.form)}
        </Notice>
      )}
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
      {/* Readable, not editable; password managers take it for the account that the password belongs to. */}
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
