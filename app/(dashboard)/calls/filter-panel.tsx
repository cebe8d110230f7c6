import type { Route } from "next";
import { useTranslations } from "next-intl";

import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { LinkButton } from "@/components/ui/link-button";
import type { Facets } from "@/db/calls/facets";
import { STATE_CHOICES } from "@/lib/call/contact";
import type { CallFilter } from "@/lib/call/filter";
import { callFilterParams } from "@/lib/call/filter-params";
import { callsHref } from "@/lib/call/link";
import { type CallListView, DEFAULT_VIEW } from "@/lib/call/list-view";
import { commaText } from "@/lib/url/comma-list";

import { facetOptions, FACETS } from "./facet-options";
import { useFilterLabels } from "./filter-labels";
import { MoreFields } from "./more-filters";

const FIELDS = new Set<string>([
  ...FACETS,
  "from",
  "to",
  "phone",
  "min_duration",
  "max_duration",
  "dial",
  "state",
  "attempt",
  "reviewed",
]);

/** All filters of the list in one GET form, for browsers in which the menus of `FilterBar` cannot open: those without scripts. */
export function FilterPanel({
  filter,
  view,
  facets,
  canSearchNumbers,
}: {
  filter: CallFilter;
  view: CallListView;
  facets: Facets;
  canSearchNumbers: boolean;
}) {
  const t = useTranslations("calls");
  const tAction = useTranslations("common.action");
  const tContacts = useTranslations("contacts");
  const { valueOf } = useFilterLabels();
  const others = [...callFilterParams(filter)].filter(([name]) => !FIELDS.has(name));
  return (
    <Card title={t("allFilters")} id="filters" className="max-h-[60dvh] overflow-y-auto">
      <form action="/calls" className="space-y-4">
        {others.map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {view.sort !== DEFAULT_VIEW.sort && <input type="hidden" name="sort" value={view.sort} />}
        {view.by !== DEFAULT_VIEW.by && <input type="hidden" name="by" value={view.by} />}
        {view.perPage !== DEFAULT_VIEW.perPage && <input type="hidden" name="per_page" value={view.perPage} />}
        <div className="grid max-w-md grid-cols-2 gap-4">
          <Field label={t("range.from")}>
            <DayInput name="from" value={filter.from?.text ?? ""} />
          </Field>
          <Field label={t("range.to")}>
            <DayInput name="to" value={filter.to?.text ?? ""} />
          </Field>
        </div>
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
          {FACETS.map((name) => (
            <fieldset key={name}>
              <legend className="mb-1 text-sm font-medium">{t(`column.${name}`)}</legend>
              <ul className="max-h-48 space-y-1 overflow-y-auto p-1">
                {facetOptions(facets[name], filter[name]).map(({ value }) => (
                  <li key={value}>
                    <Checkbox
                      name={name}
                      value={commaText([value])}
                      defaultChecked={filter[name].includes(value)}
                      label={<span className="break-words">{valueOf(name, value)}</span>}
                    />
                  </li>
                ))}
              </ul>
            </fieldset>
          ))}
          <fieldset>
            <legend className="mb-1 text-sm font-medium">{tContacts("column.state")}</legend>
            <ul className="space-y-1 p-1">
              {STATE_CHOICES.map((state) => (
                <li key={state}>
                  <Checkbox
                    name="state"
                    value={state}
                    defaultChecked={filter.state.includes(state)}
                    label={tContacts(`state.${state}`)}
                  />
                </li>
              ))}
            </ul>
          </fieldset>
          <div className="space-y-3">
            <MoreFields filter={filter} canSearchNumbers={canSearchNumbers} />
          </div>
        </div>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" variant="primary" size="sm">
            {tAction("apply")}
          </Button>
          <LinkButton href={callsHref(filter, { ...view, cursor: null }) as Route} size="sm" variant="ghost">
            {tAction("cancel")}
          </LinkButton>
        </div>
      </form>
    </Card>
  );
}

/** A date input, or a text input for an instant, which a date input would drop. */
function DayInput({ name, value }: { name: string; value: string }) {
  const isDay = value === "" || /^\d{4}-\d\d-\d\d$/.test(value);
  return <Input type={isDay ? "date" : "text"} name={name} dir="ltr" defaultValue={value} />;
}
