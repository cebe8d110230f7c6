"use client";

import { useTranslations } from "next-intl";

import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Popover } from "@/components/ui/popover";
import type { Facets } from "@/db/calls/facets";
import { STATE_CHOICES, type StateChoice } from "@/lib/call/contact";

import { facetOptions } from "./facet-options";
import { FilterButton } from "./filter-button";
import { type FacetName, useFilterLabels } from "./filter-labels";

/** The values of a filter that calls have, with the number of calls of each. */
export function FacetMenu({
  name,
  href,
  values,
  chosen,
  onChange,
}: {
  name: FacetName;
  /** Where the menu leads until its scripts are there. */
  href: string;
  values: Facets[FacetName];
  chosen: readonly string[];
  onChange: (values: string[]) => void;
}) {
  const t = useTranslations("calls");
  const { valueOf } = useFilterLabels();
  const options = facetOptions(values, chosen);
  return (
    <Popover
      href={href}
      title={t(`column.${name}`)}
      trigger={<FilterButton label={t(`column.${name}`)} count={chosen.length} />}
      className="w-64"
    >
      {options.length === 0 ? (
        <p className="text-muted">{t("noValues")}</p>
      ) : (
        <ul className="-mx-1 max-h-72 overflow-y-auto px-1">
          {options.map(({ value, count }) => (
            <li key={value} className="flex items-center gap-2 py-1">
              <Checkbox
                className="flex-1"
                checked={chosen.includes(value)}
                onChange={(event) =>
                  onChange(event.target.checked ? [...chosen, value] : chosen.filter((other) => other !== value))
                }
                label={<span className="break-words">{valueOf(name, value)}</span>}
              />
              <span className="text-xs text-subtle tabular">{count.toLocaleString("en")}</span>
            </li>
          ))}
        </ul>
      )}
      {chosen.length > 0 && (
        <Button variant="ghost" size="sm" className="mt-2 w-full" onClick={() => onChange([])}>
          {t("clearOne")}
        </Button>
      )}
    </Popover>
  );
}

/** The states of contacts. A call has the state of its contact. */
export function StateMenu({
  href,
  chosen,
  onChange,
}: {
  href: string;
  chosen: readonly StateChoice[];
  onChange: (states: StateChoice[]) => void;
}) {
  const t = useTranslations("calls");
  const tContacts = useTranslations("contacts");
  return (
    <Popover
      href={href}
      title={tContacts("column.state")}
      trigger={<FilterButton label={tContacts("column.state")} count={chosen.length} />}
      className="w-64"
    >
      <ul className="-mx-1 px-1">
        {STATE_CHOICES.map((state) => (
          <li key={state} className="py-1">
            <Checkbox
              checked={chosen.includes(state)}
              onChange={(event) =>
                onChange(event.target.checked ? [...chosen, state] : chosen.filter((other) => other !== state))
              }
              label={tContacts(`state.${state}`)}
            />
          </li>
        ))}
      </ul>
      {chosen.length > 0 && (
        <Button variant="ghost" size="sm" className="mt-2 w-full" onClick={() => onChange([])}>
          {t("clearOne")}
        </Button>
      )}
    </Popover>
  );
}
