"use client";

import { useTranslations } from "next-intl";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { useFormAction } from "@/components/use-form-action";
import { type Role, ROLES } from "@/lib/people/role";
import { IDLE_CHOICES, LIFETIME_CHOICES, type SessionLimits } from "@/lib/people/session-limits";

import { saveLimits } from "./actions";

/** After how long sessions end, for each role. */
export function LimitsForm({ limits }: { limits: Record<Role, SessionLimits> }) {
  const t = useTranslations("settings.security");
  const tAction = useTranslations("common.action");
  const roleName = useTranslations("shell.role");
  const span = useSpan();
  const { values, errors, refusal, form, pending } = useFormAction(
    saveLimits,
    {
      viewerIdle: String(limits.viewer.idle),
      viewerLifetime: String(limits.viewer.lifetime),
      operatorIdle: String(limits.operator.idle),
      operatorLifetime: String(limits.operator.lifetime),
      administratorIdle: String(limits.administrator.idle),
      administratorLifetime: String(limits.administrator.lifetime),
    },
    { saved: t("saved") },
  );
  return (
    <form {...form} className="max-w-xl space-y-5 pt-2">
      <RefusalNotice refusal={refusal} />
      {ROLES.toReversed().map((role) => (
        <fieldset key={role}>
          <legend className="mb-2 text-sm font-semibold">{roleName(role)}</legend>
          <div className="grid gap-4 sm:grid-cols-2">
            {(["Idle", "Lifetime"] as const).map((limit) => {
              const name = `${role}${limit}` as const;
              const error = errors[name];
              return (
                <Field key={name} label={t(`sessions.${limit}`)} error={error && t(`sessions.error.${error}`)}>
                  <Select
                    key={values[name]}
                    name={name}
                    defaultValue={values[name]}
                    options={(limit === "Idle" ? IDLE_CHOICES : LIFETIME_CHOICES).map((minutes) => ({
                      value: String(minutes),
                      label: span(minutes),
                    }))}
                  />
                </Field>
              );
            })}
          </div>
        </fieldset>
      ))}
      <p className="text-sm text-muted">{t("sessions.wall")}</p>
      <Button type="submit" variant="primary" pending={pending}>
        {tAction("save")}
      </Button>
    </form>
  );
}

/** Returns a function that says a number of minutes in its largest whole unit. */
function useSpan(): (minutes: number) => string {
  const t = useTranslations("settings.security.span");
  return (minutes) =>
    minutes % 1440 === 0
      ? t("days", { count: minutes / 1440 })
      : minutes % 60 === 0
        ? t("hours", { count: minutes / 60 })
        : t("minutes", { count: minutes });
}
