"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { Notice } from "@/components/ui/notice";
import { Radio } from "@/components/ui/radio";
import { useFormAction } from "@/components/use-form-action";
import { SECOND_FACTOR_RULES, type SecondFactorRule } from "@/lib/people/second-factor-rule";

import { saveSecondFactor } from "./actions";

export function SecondFactorForm({
  saved,
  lacking,
  lacksOwn,
}: {
  saved: SecondFactorRule;
  /** How many active people with a password have no second factor. */
  lacking: number;
  /** Whether the administrator who looks at the page is one of them. */
  lacksOwn: boolean;
}) {
  const t = useTranslations("settings.security");
  const tAction = useTranslations("common.action");
  const { values, errors, refusal, form, pending } = useFormAction(
    saveSecondFactor,
    { rule: saved as string },
    { saved: t("saved") },
  );
  return (
    <form {...form} className="max-w-xl space-y-4 pt-2">
      <RefusalNotice
        refusal={refusal}
        action={
          refusal?.reason === "ownFactor" && (
            <Link href="/settings/account" className={buttonClass({ size: "sm" })}>
              {t("toAccount")}
            </Link>
          )
        }
      />
      {errors.rule && <Notice tone="danger">{t(`secondFactor.${errors.rule}`)}</Notice>}
      {/* React resets a form after its action. The new key makes the choice start with what was submitted. */}
      <fieldset key={values.rule} className="space-y-2.5">
        <legend className="sr-only">{t("secondFactor.title")}</legend>
        {SECOND_FACTOR_RULES.map((rule) => (
          <Radio
            key={rule}
            name="rule"
            value={rule}
            defaultChecked={rule === values.rule}
            label={<span className="font-medium">{t(`secondFactor.rule.${rule}`)}</span>}
            description={t(`secondFactor.hint.${rule}`)}
          />
        ))}
      </fieldset>
      <p className="text-sm text-muted">
        {t("secondFactor.lacking", { count: lacking })} {lacksOwn && t("secondFactor.lacksOwn")}
      </p>
      <Button type="submit" variant="primary" pending={pending}>
        {tAction("save")}
      </Button>
    </form>
  );
}
