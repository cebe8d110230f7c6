"use client";

import type { Route } from "next";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import type { SubmitEvent } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { LinkButton } from "@/components/ui/link-button";
import { Select } from "@/components/ui/select";
import { AUDIT_ACTIONS } from "@/lib/privacy/audit";

/** The filter form. Submitting it navigates to the filtered URL, which omits empty fields. */
export function AuditFilterForm(props: {
  actors: { id: string; name: string }[];
  action: string;
  actor: string;
  callId: string;
  from: string;
  to: string;
  isFiltered: boolean;
}) {
  const t = useTranslations("privacy.audit");
  const tCommon = useTranslations("common.action");
  const router = useRouter();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(event.currentTarget)) {
      if (typeof value === "string" && value.trim() !== "") {
        query.set(name, value.trim());
      }
    }
    router.push(`/settings/audit?${query}` as Route, { scroll: false });
  };
  return (
    <form action="/settings/audit" onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <Field label={t("what")} className="w-full sm:w-44">
        <Select
          name="action"
          defaultValue={props.action}
          options={[
            { value: "", label: t("any") },
            ...AUDIT_ACTIONS.map((one) => ({ value: one as string, label: t(`action.${one}`) })),
          ]}
        />
      </Field>
      <Field label={t("who")} className="w-full sm:w-36">
        <Select
          name="actor"
          defaultValue={props.actor}
          options={[
            { value: "", label: t("anybody") },
            ...props.actors.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      </Field>
      <Field label={t("call")} className="w-full sm:w-40">
        <Input name="call_id" dir="ltr" defaultValue={props.callId} />
      </Field>
      <Field label={t("since")} className="w-[calc(50%-0.375rem)] sm:w-34">
        <Input type="date" name="from" defaultValue={props.from} />
      </Field>
      <Field label={t("until")} className="w-[calc(50%-0.375rem)] sm:w-34">
        <Input type="date" name="to" defaultValue={props.to} />
      </Field>
      <Button type="submit">{tCommon("apply")}</Button>
      {props.isFiltered && (
        <LinkButton href="/settings/audit" variant="ghost">
          {tCommon("clearAll")}
        </LinkButton>
      )}
    </form>
  );
}
