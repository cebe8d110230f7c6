"use client";

import { CalendarDays, Search } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { type FormEvent, useOptimistic, useRef, useState, useTransition } from "react";

import { useShortcut } from "@/components/shortcuts";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Kbd } from "@/components/ui/kbd";
import { Popover } from "@/components/ui/popover";
import { Spinner } from "@/components/ui/spinner";
import type { Facets } from "@/db/calls/facets";
import type { CallFilter } from "@/lib/call/filter";
import { callFilterParams } from "@/lib/call/filter-params";
import { callsHref } from "@/lib/call/link";
import { type CallListView, DEFAULT_VIEW } from "@/lib/call/list-view";
import { digitsOf } from "@/lib/text/digits";
import { formHref } from "@/lib/url/parameters";

import { FacetMenu, StateMenu } from "./facet-menu";
import { FACETS } from "./facet-options";
import { FilterButton } from "./filter-button";
import { MoreFilters } from "./more-filters";

export type DatePreset = { label: string; from: string; to: string };

/** All filters of the list. Each change navigates to a new URL; CSS dims the list until the result has loaded. */
export function FilterBar({
  filter: applied,
  view,
  facets,
  presets,
  canSearchNumbers,
}: {
  filter: CallFilter;
  view: CallListView;
  facets: Facets;
  presets: readonly DatePreset[];
  canSearchNumbers: boolean;
}) {
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const [filter, showFilter] = useOptimistic(applied);
  const apply = (change: Partial<CallFilter>) =>
    startTransition(() => {
      const next = { ...filter, ...change };
      showFilter(next);
      // Without the cursor, because a changed filter starts at its first page.
      router.push(callsHref(next, { ...view, cursor: null }) as Route, { scroll: false });
    });
  // Where the menus lead until their scripts are there.
  const panelHref = formHref(callsHref(applied, { ...view, cursor: null }), "filters");
  return (
    <div className="flex flex-wrap items-center gap-2" {...(pending ? { "data-pending": "" } : {})}>
      <SearchBox key={filter.q} filter={filter} view={view} canSearchNumbers={canSearchNumbers} onSearch={apply} />
      {/* On a phone, a single row that scrolls, with room for the focus ring. */}
      <div className="contents max-sm:-mx-4 max-sm:-my-1 max-sm:flex max-sm:w-[calc(100%+2rem)] max-sm:gap-2 max-sm:overflow-x-auto max-sm:px-4 max-sm:py-1">
        <DateRange filter={filter} presets={presets} href={panelHref} onApply={apply} />
        {FACETS.map((name) => (
          <FacetMenu
            key={name}
            name={name}
            href={panelHref}
            values={facets[name]}
            chosen={filter[name]}
            onChange={(values) => apply({ [name]: values })}
          />
        ))}
        <StateMenu href={panelHref} chosen={filter.state} onChange={(state) => apply({ state })} />
        <MoreFilters filter={filter} href={panelHref} canSearchNumbers={canSearchNumbers} onApply={apply} />
        {pending && <Spinner />}
      </div>
    </div>
  );
}

/** Matches a search text that is treated as a phone number. */
const LOOKS_LIKE_PHONE = /^[+()\-.\s\d٠-٩۰-۹]{7,}$/;

function SearchBox({
  filter,
  view,
  canSearchNumbers,
  onSearch,
}: {
  filter: CallFilter;
  view: CallListView;
  canSearchNumbers: boolean;
  onSearch: (change: Partial<CallFilter>) => void;
}) {
  const t = useTranslations("calls");
  const box = useRef<HTMLInputElement>(null);
  useShortcut({ keys: "/", label: t("key.search") }, () => {
    box.current?.focus();
    box.current?.select();
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = (box.current?.value ?? "").trim();
    const isPhone = canSearchNumbers && LOOKS_LIKE_PHONE.test(text);
    onSearch(isPhone ? { q: null, phone: digitsOf(text) } : { q: text === "" ? null : text.slice(0, 200) });
  };
  return (
    <search className="w-full sm:w-64">
      <form action="/calls" onSubmit={onSubmit}>
        {/* Without scripts, this is a GET form. */}
        {[...callFilterParams({ ...filter, q: null })].map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {view.sort !== DEFAULT_VIEW.sort && <input type="hidden" name="sort" value={view.sort} />}
        {view.perPage !== DEFAULT_VIEW.perPage && <input type="hidden" name="per_page" value={view.perPage} />}
        {view.by !== DEFAULT_VIEW.by && <input type="hidden" name="by" value={view.by} />}
        <Input
          ref={box}
          type="search"
          name="q"
          defaultValue={filter.q ?? ""}
          maxLength={200}
          aria-label={t("search")}
          placeholder={t(canSearchNumbers ? "searchHint" : "searchHintNoNumbers")}
          leading={<Search aria-hidden />}
          trailing={<Kbd className="max-md:hidden">/</Kbd>}
        />
      </form>
    </search>
  );
}

/** A bound for a URL, which contains only the text. The server computes the instant. */
function boundOf(text: string): CallFilter["from"] {
  return text === "" ? null : { text, at: new Date(0) };
}

function DateRange({
  filter,
  presets,
  href,
  onApply,
}: {
  filter: CallFilter;
  presets: readonly DatePreset[];
  href: string;
  onApply: (change: Partial<CallFilter>) => void;
}) {
  const t = useTranslations("calls.range");
  const tAction = useTranslations("common.action");
  const [open, setOpen] = useState(false);
  const from = filter.from?.text ?? "";
  const to = filter.to?.text ?? "";
  const preset = presets.find((one) => one.from === from && one.to === to);
  const choose = (change: { from: string; to: string }) => {
    setOpen(false);
    onApply({ from: boundOf(change.from), to: boundOf(change.to) });
  };
  const dayOnly = (text: string) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : "");
  return (
    <Popover
      href={href}
      open={open}
      onOpenChange={setOpen}
      title={t("title")}
      className="w-72"
      trigger={
        <FilterButton
          icon={<CalendarDays aria-hidden />}
          label={preset?.label ?? t(from === "" && to === "" ? "any" : "custom")}
        />
      }
    >
      <div className="grid grid-cols-2 gap-1.5">
        {presets.map((one) => (
          <Button key={one.label} size="sm" aria-pressed={one === preset} onClick={() => choose(one)}>
            {one.label}
          </Button>
        ))}
      </div>
      <form
        className="mt-3 space-y-3 border-t pt-3"
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          choose({ from: String(data.get("from") ?? ""), to: String(data.get("to") ?? "") });
        }}
      >
        <div className="grid grid-cols-2 gap-2">
          <Field label={t("from")}>
            <Input type="date" name="from" defaultValue={dayOnly(from)} />
          </Field>
          <Field label={t("to")}>
            <Input type="date" name="to" defaultValue={dayOnly(to)} />
          </Field>
        </div>
        <div className="flex justify-between gap-2">
          <Button variant="ghost" size="sm" onClick={() => choose({ from: "", to: "" })}>
            {t("any")}
          </Button>
          <Button type="submit" variant="primary" size="sm">
            {tAction("apply")}
          </Button>
        </div>
      </form>
    </Popover>
  );
}
