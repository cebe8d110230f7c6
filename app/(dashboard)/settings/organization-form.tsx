"use client";

import { useFormatter, useLocale, useNow, useTranslations } from "next-intl";
import { useState } from "react";

import { RefusalNotice } from "@/components/refusal-notice";
import { slot } from "@/components/slot";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Ltr } from "@/components/ui/ltr";
import { Select } from "@/components/ui/select";
import { useFormAction } from "@/components/use-form-action";
import { useTypedBefore } from "@/components/use-typed-before";
import { formats } from "@/lib/i18n/formats";
import type { TimeZoneChoice } from "@/lib/time/time-zones";

import { updateOrganization } from "./actions";

type OrganizationFormProps = {
  organization: { name: string; timeZone: string; weekStart: number };
  zones: readonly TimeZoneChoice[];
};

/** The organization's settings. All fields are controlled: the combobox and the select cannot be uncontrolled. */
export function OrganizationForm({ organization, zones }: OrganizationFormProps) {
  const t = useTranslations("settings.organization");
  const tCommon = useTranslations("common.action");
  const format = useFormatter();
  const locale = useLocale();
  const now = useNow({ updateInterval: 30_000 });
  const {
    values: submitted,
    errors,
    refusal,
    form,
    pending,
  } = useFormAction(
    updateOrganization,
    { name: organization.name, timeZone: organization.timeZone, weekStart: String(organization.weekStart) },
    { saved: t("saved") },
  );
  const [values, setValues] = useState(submitted);
  const set = (change: Partial<typeof values>) => setValues((before) => ({ ...before, ...change }));
  useTypedBefore(form.ref, (typed) => set({ name: String(typed.get("name") ?? "") }));

  return (
    <form {...form} className="max-w-xl space-y-5 pt-2">
      <RefusalNotice refusal={refusal} />
      <Field label={t("name")} hint={t("nameHint")} error={errors.name && t(`error.${errors.name}`)} required>
        <Input
          name="name"
          dir={values.name === "" ? undefined : "auto"}
          autoComplete="organization"
          value={values.name}
          onChange={(event) => set({ name: event.target.value })}
        />
      </Field>
      <Field
        label={t("timeZone")}
        hint={t.rich("timeZoneHint", {
          time: slot(<Ltr>{format.dateTime(now, { ...formats.dateTime.time, timeZone: values.timeZone })}</Ltr>),
        })}
        error={errors.timeZone && t(`error.${errors.timeZone}`)}
        required
      >
        <Combobox
          name="timeZone"
          value={values.timeZone}
          onValueChange={(timeZone) => set({ timeZone })}
          options={zones.map(({ zone, name, offset }) => ({ value: zone, label: name, detail: offset }))}
          empty={t("noZone")}
        />
      </Field>
      <Field
        label={t("weekStart")}
        hint={t("weekStartHint")}
        error={errors.weekStart && t(`error.${errors.weekStart}`)}
        required
      >
        <Select
          name="weekStart"
          value={values.weekStart}
          onValueChange={(weekStart) => set({ weekStart })}
          options={weekdays(locale).map((label, index) => ({ value: String(index + 1), label }))}
        />
      </Field>
      <Button type="submit" variant="primary" pending={pending}>
        {pending ? tCommon("saving") : tCommon("save")}
      </Button>
    </form>
  );
}

/** The names of the weekdays, Monday to Sunday: the order in which ISO 8601 numbers them. */
function weekdays(locale: string): string[] {
  const name = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });
  // 1 January 2024 was a Monday.
  return Array.from({ length: 7 }, (_, index) => name.format(Date.UTC(2024, 0, 1 + index)));
}
