import type { Route } from "next";
import { useTranslations } from "next-intl";

import { Chip } from "@/components/ui/chip";
import { SegmentedLinks } from "@/components/ui/segmented";
import { type DeliveryFilter, deliveriesHref } from "@/lib/delivery/filter";
import { VERDICTS } from "@/lib/delivery/verdict";
import { formHref } from "@/lib/url/parameters";

import { FilterForm } from "./filter-form";

/** The filters of the log: links for the verdicts, a form for the other filters, and chips for the active filters. */
export function Filters({
  filter,
  secrets,
  showsForm,
}: {
  filter: DeliveryFilter;
  secrets: string[];
  showsForm: boolean;
}) {
  const t = useTranslations("deliveries");
  const tCommon = useTranslations("common.action");
  const hrefWith = (change: Partial<DeliveryFilter>) => deliveriesHref({ ...filter, ...change }) as Route;
  const chips = [
    ...filter.reason.map((reason) => ({
      key: reason,
      label: t("filter.reason"),
      value: t(`reason.${reason}`),
      href: hrefWith({ reason: filter.reason.filter((other) => other !== reason) }),
    })),
    ...filter.secret.map((secret) => ({
      key: secret,
      label: t("filter.secret"),
      value: secret,
      href: hrefWith({ secret: filter.secret.filter((other) => other !== secret) }),
    })),
    ...(["callId", "flag", "from", "to"] as const).flatMap((name) => {
      const value = name === "callId" || name === "flag" ? filter[name] : (filter[name]?.text ?? null);
      return value === null ? [] : [{ key: name, label: t(`filter.${name}`), value, href: hrefWith({ [name]: null }) }];
    }),
  ];
  const verdict = filter.verdict.length === 1 ? filter.verdict[0] : undefined;
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center gap-2">
        <SegmentedLinks
          label={t("filter.verdict")}
          items={[
            { href: hrefWith({ verdict: [] }), label: t("filter.all"), active: filter.verdict.length === 0 },
            ...VERDICTS.map((one) => ({
              href: hrefWith({ verdict: [one] }),
              label: t(`verdict.${one}`),
              active: verdict === one,
            })),
          ]}
        />
        <FilterForm
          verdict={filter.verdict.join(",")}
          reason={filter.reason[0] ?? ""}
          secret={filter.secret[0] ?? ""}
          secrets={secrets}
          callId={filter.callId ?? ""}
          flag={filter.flag ?? ""}
          from={filter.from?.text ?? ""}
          to={filter.to?.text ?? ""}
          activeCount={chips.length}
          href={formHref(deliveriesHref(filter), "filters")}
          isInline={showsForm}
        />
      </div>
      {chips.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          {chips.map(({ key, label, value, href }) => (
            <Chip key={key} label={label} removeHref={href} removeName={`${label} ${value}`}>
              <bdi>{value}</bdi>
            </Chip>
          ))}
          {chips.length > 1 && (
            <a
              href={deliveriesHref({
                ...filter,
                reason: [],
                secret: [],
                callId: null,
                flag: null,
                from: null,
                to: null,
              })}
              className="px-1 text-sm text-muted hover:text-foreground"
            >
              {tCommon("clearAll")}
            </a>
          )}
        </div>
      )}
    </div>
  );
}
