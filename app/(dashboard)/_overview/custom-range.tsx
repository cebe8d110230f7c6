"use client";

import { CalendarDays } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { type SubmitEvent, useState } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Popover } from "@/components/ui/popover";

const EARLIEST = "2020-01-01";

/** A GET form for a range between two days, in a popover; `isInline`: in its place on the page, for browsers without scripts. */
export function CustomRange({
  from,
  to,
  otherParams,
  current,
  href,
  isInline,
}: {
  from: string;
  to: string;
  /** The other parameters of the URL. */
  otherParams: [name: string, value: string][];
  /** The current range as text if it is not a preset. */
  current: string | null;
  /** The URL of this page with the form. */
  href: string;
  isInline: boolean;
}) {
  const t = useTranslations("overview.range");
  const tCommon = useTranslations("common.action");
  const router = useRouter();
  const [isOpen, setOpen] = useState(false);
  const [first, setFirst] = useState(from);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const query = new URLSearchParams(
      [...new FormData(event.currentTarget)].flatMap(([name, value]) =>
        typeof value === "string" && value !== "" ? [[name, value]] : [],
      ),
    );
    setOpen(false);
    router.push(`/?${query}` as Route, { scroll: false });
  };
  const form = (
    <form action="/" onSubmit={submit} className="space-y-3">
      {otherParams.map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <div className="grid grid-cols-2 gap-3">
        <Field label={t("from")}>
          <Input
            type="date"
            name="from"
            required
            min={EARLIEST}
            defaultValue={from}
            onChange={(event) => setFirst(event.currentTarget.value)}
          />
        </Field>
        <Field label={t("to")}>
          <Input type="date" name="to" required min={isInline ? EARLIEST : first} max="2099-12-31" defaultValue={to} />
        </Field>
      </div>
      <Button type="submit" variant="primary" className="w-full">
        {tCommon("apply")}
      </Button>
    </form>
  );
  if (isInline) {
    return <div id="range">{form}</div>;
  }
  return (
    <Popover
      href={href}
      open={isOpen}
      onOpenChange={setOpen}
      title={t("customTitle")}
      className="w-72"
      trigger={
        <Button {...(current === null ? {} : { "aria-current": "true" as const })}>
          <CalendarDays aria-hidden />
          {/* On a phone, there is no room for the label beside the presets. The current range is always shown. */}
          {current ?? <span className="max-sm:sr-only">{t("custom")}</span>}
        </Button>
      }
    >
      {form}
    </Popover>
  );
}
