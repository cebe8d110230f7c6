import { ChartColumn, PhoneIncoming } from "lucide-react";
import type { Route } from "next";
import { getFormatter, getTranslations } from "next-intl/server";

import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { hasCalls, readCallTimes } from "@/db/statistics/presence";
import { NO_FILTER } from "@/lib/call/filter";
import { formats } from "@/lib/i18n/formats";
import { narrowedHref, type OverviewView, overviewHref } from "@/lib/statistics/overview-view";
import { addDays, dayOf } from "@/lib/time/time";

import { ConnectVendor } from "../connect-vendor";

/** Explains why there are no calls to count, with links to periods and filters that may have calls. */
export async function NothingToCount({ view, isAdministrator }: { view: OverviewView; isAdministrator: boolean }) {
  const { filter } = view;
  const [times, uncounted, t, format] = await Promise.all([
    readCallTimes(),
    filter.counted === true ? hasCalls({ ...filter, counted: null }, view.period) : false,
    getTranslations("overview.empty"),
    getFormatter(),
  ]);
  if (times === null) {
    return (
      <EmptyState
        icon={PhoneIncoming}
        title={t("never.title")}
        action={
          isAdministrator && (
            <>
              <ConnectVendor />
              <LinkButton href="/settings/users">{t("never.invite")}</LinkButton>
            </>
          )
        }
        className="py-[12vh]"
      >
        {t(isAdministrator ? "never.body" : "never.bodyViewer")}
      </EmptyState>
    );
  }
  const withoutFiltersHref = narrowedHref(view, { ...NO_FILTER, zone: filter.zone });
  const isNarrowed = withoutFiltersHref !== overviewHref(view);
  // The week that ends with the day of the last call.
  const lastDay = dayOf(times.last, filter.zone);
  const lastHref = `/?from=${addDays(lastDay, -6)}&to=${lastDay}`;
  return (
    <EmptyState
      icon={ChartColumn}
      title={t("period.title")}
      action={
        <>
          {uncounted && (
            <LinkButton href={overviewHref(view, { filter: { ...filter, counted: null } }) as Route}>
              {t("period.include")}
            </LinkButton>
          )}
          {isNarrowed && <LinkButton href={withoutFiltersHref as Route}>{t("period.clear")}</LinkButton>}
          {view.period.preset !== "30d" && (
            <LinkButton href={overviewHref(view, { preset: "30d" }) as Route}>{t("period.month")}</LinkButton>
          )}
          <LinkButton href={lastHref as Route} variant="primary">
            {t("period.last")}
          </LinkButton>
        </>
      }
      className="py-[12vh]"
    >
      {t(uncounted ? "period.bodyUncounted" : isNarrowed ? "period.bodyNarrowed" : "period.body", {
        last: format.dateTime(times.last, formats.dateTime.dateTime),
      })}
    </EmptyState>
  );
}
