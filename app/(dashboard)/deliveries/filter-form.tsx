"use client";

import { ListFilter } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { type SubmitEvent, useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Popover } from "@/components/ui/popover";
import { Select } from "@/components/ui/select";
import { QUARANTINE_REASONS } from "@/lib/delivery/quarantine-reason";
import { hrefWith } from "@/lib/url/parameters";

/**
 * A GET form for the filters that need input, in a popover; `isInline`: in its place on the page, for browsers without scripts. The URL omits
 * empty fields.
 */
export function FilterForm({
  verdict,
  reason,
  secret,
  secrets,
  callId,
  flag,
  from,
  to,
  activeCount,
  href,
  isInline,
}: {
  verdict: string;
  reason: string;
  secret: string;
  secrets: string[];
  callId: string;
  /** Set by the links of the contract watch; the form keeps it. */
  flag: string;
  from: string;
  to: string;
  /** How many filters of the form are set. */
  activeCount: number;
  /** The URL of this page with the form. */
  href: string;
  isInline: boolean;
}) {
  const t = useTranslations("deliveries");
  const tCommon = useTranslations("common.action");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(event.currentTarget)) {
      if (typeof value === "string" && value.trim() !== "") {
        query.set(name, value.trim());
      }
    }
    setOpen(false);
    router.push(hrefWith("/deliveries", query) as Route, { scroll: false });
  };
  const form = (
    <form action="/deliveries" onSubmit={submit} className="grid grid-cols-2 gap-3">
      {verdict !== "" && <input type="hidden" name="verdict" value={verdict} />}
      {flag !== "" && <input type="hidden" name="flag" value={flag} />}
      <Field label={t("filter.reason")} className="col-span-2">
        <Select
          name="reason"
          defaultValue={reason}
          options={[
            { value: "", label: t("filter.anyReason") },
            ...QUARANTINE_REASONS.map((one) => ({ value: one as string, label: t(`reason.${one}`) })),
          ]}
        />
      </Field>
      {(secrets.length > 1 || secret !== "") && (
        <Field label={t("filter.secret")} className="col-span-2">
          <Select
            name="secret"
            defaultValue={secret}
            options={[
              { value: "", label: t("filter.anySecret") },
              ...[...new Set([...secrets, ...(secret === "" ? [] : [secret])])].map((one) => ({
                value: one,
                label: one,
              })),
            ]}
          />
        </Field>
      )}
      <Field label={t("filter.callId")} className="col-span-2">
        <Input name="call_id" dir="ltr" spellCheck={false} autoComplete="off" maxLength={200} defaultValue={callId} />
      </Field>
      <Field label={t("filter.from")}>
        <DateInput name="from" value={from} />
      </Field>
      <Field label={t("filter.to")}>
        <DateInput name="to" value={to} />
      </Field>
      <div className="col-span-2 flex justify-end">
        <Button type="submit" variant="primary" size="sm">
          {tCommon("apply")}
        </Button>
      </div>
    </form>
  );
  if (isInline) {
    return (
      <div id="filters" className="w-full max-w-lg">
        {form}
      </div>
    );
  }
  return (
    <Popover
      href={href}
      open={open}
      onOpenChange={setOpen}
      className="w-84"
      trigger={
        <Button>
          <ListFilter aria-hidden />
          {t("filter.label")}
          {activeCount > 0 && <Badge tone="accent">{activeCount}</Badge>}
        </Button>
      }
    >
      {form}
    </Popover>
  );
}

/** A date input, or a text input if the URL contains an instant, so that the form keeps it when other filters change. */
function DateInput({ name, value }: { name: string; value: string }) {
  const isDay = value === "" || /^\d{4}-\d\d-\d\d$/.test(value);
  return <Input type={isDay ? "date" : "text"} name={name} dir="ltr" defaultValue={value} />;
}
