"use client";

import { SlidersHorizontal } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";

import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Popover } from "@/components/ui/popover";
import { Radio } from "@/components/ui/radio";
import { DIAL_RESULTS } from "@/lib/call/contact";
import { type CallFilter, UNKNOWN } from "@/lib/call/filter";
import { digitsOf } from "@/lib/text/digits";

import { FilterButton } from "./filter-button";

/** The numbers of attempts to choose from, besides those of the URL. */
const ATTEMPTS = ["1", "2", "3", "4", "5", UNKNOWN];

/** The filters that few lists need, in a form. */
export function MoreFilters({
  filter,
  href,
  canSearchNumbers,
  onApply,
}: {
  filter: CallFilter;
  /** Where the button leads until its scripts are there. */
  href: string;
  canSearchNumbers: boolean;
  onApply: (change: Partial<CallFilter>) => void;
}) {
  const t = useTranslations("calls");
  const tAction = useTranslations("common.action");
  const [open, setOpen] = useState(false);
  const single = [filter.phone, filter.minDuration, filter.maxDuration, filter.reviewed].filter((one) => one !== null);
  const active = single.length + filter.dial.length + filter.attempt.length;
  const attempts = attemptChoices(filter);
  const numberOf = (value: FormDataEntryValue | null) => (value === null || value === "" ? null : Number(value));
  return (
    <Popover
      href={href}
      open={open}
      onOpenChange={setOpen}
      title={t("more")}
      className="w-72"
      trigger={<FilterButton icon={<SlidersHorizontal aria-hidden />} label={t("more")} count={active} />}
    >
      <form
        className="space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          const reviewed = data.get("reviewed");
          const phone = digitsOf(String(data.get("phone") ?? ""));
          setOpen(false);
          onApply({
            phone: phone.length < 2 ? null : phone,
            minDuration: numberOf(data.get("min_duration")),
            maxDuration: numberOf(data.get("max_duration")),
            dial: DIAL_RESULTS.filter((result) => data.getAll("dial").includes(result)),
            attempt: attempts.filter((attempt) => data.getAll("attempt").includes(attempt)),
            reviewed: reviewed === "1" ? true : reviewed === "0" ? false : null,
          });
        }}
      >
        <MoreFields filter={filter} canSearchNumbers={canSearchNumbers} />
        <Button type="submit" variant="primary" size="sm" className="w-full">
          {tAction("apply")}
        </Button>
      </form>
    </Popover>
  );
}

/** The fields of these filters. */
export function MoreFields({ filter, canSearchNumbers }: { filter: CallFilter; canSearchNumbers: boolean }) {
  const t = useTranslations("calls");
  const tState = useTranslations("common.state");
  const attempts = attemptChoices(filter);
  return (
    <>
      {canSearchNumbers && (
        <Field label={t("column.phone")}>
          <Input type="tel" name="phone" dir="ltr" defaultValue={filter.phone ?? ""} maxLength={40} />
        </Field>
      )}
      <div className="grid grid-cols-2 gap-2">
        <Field label={t("minDuration")}>
          <Input type="number" name="min_duration" min={0} max={86400} defaultValue={filter.minDuration ?? ""} />
        </Field>
        <Field label={t("maxDuration")}>
          <Input type="number" name="max_duration" min={0} max={86400} defaultValue={filter.maxDuration ?? ""} />
        </Field>
      </div>
      <Choices legend={t("column.attempt")}>
        {attempts.map((attempt) => (
          <Checkbox
            key={attempt}
            name="attempt"
            value={attempt}
            defaultChecked={filter.attempt.includes(attempt)}
            label={attempt === UNKNOWN ? tState("unknown") : attempt}
          />
        ))}
      </Choices>
      <Choices legend={t("dial")}>
        {DIAL_RESULTS.map((result) => (
          <Checkbox
            key={result}
            name="dial"
            value={result}
            defaultChecked={filter.dial.includes(result)}
            label={t(`dialResult.${result}`)}
          />
        ))}
      </Choices>
      <fieldset className="space-y-1.5">
        <legend className="mb-1.5 text-sm font-medium">{t("reviewed")}</legend>
        {(["", "1", "0"] as const).map((value) => (
          <Radio
            key={value}
            name="reviewed"
            value={value}
            defaultChecked={value === (filter.reviewed === null ? "" : filter.reviewed ? "1" : "0")}
            label={t(value === "" ? "reviewedAll" : value === "1" ? "reviewedYes" : "reviewedNo")}
          />
        ))}
      </fieldset>
    </>
  );
}

function attemptChoices(filter: CallFilter): string[] {
  return [...new Set([...ATTEMPTS, ...filter.attempt])];
}

function Choices({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1.5">{children}</div>
    </fieldset>
  );
}
