import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";

import { ClientMessages } from "@/components/client-messages";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { readOrganization } from "@/db/organization/settings";
import { includesRole } from "@/lib/people/role";
import { perProcess } from "@/lib/per-process";
import { listTimeZones, type TimeZoneChoice } from "@/lib/time/time-zones";
import { requirePage } from "@/server/auth/gates";

import { OrganizationForm } from "./organization-form";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("settings");
  return { title: t("organization.title") };
}

export default async function OrganizationPage() {
  const { role } = await requirePage();
  if (!includesRole(role, "administrator")) {
    // The only section that every role can see.
    redirect("/settings/account");
  }
  const [organization, locale, t] = await Promise.all([readOrganization(), getLocale(), getTranslations("settings")]);
  return (
    <ClientMessages of={["settings.organization"]}>
      <PageHeader title={t("organization.title")} description={t("organization.description")} />
      <Card>
        <OrganizationForm organization={organization} zones={timeZones(locale, organization.timeZone)} />
      </Card>
    </ClientMessages>
  );
}

const HOUR_MS = 3_600_000;
const cache = perProcess("time zones", () => new Map<string, { zones: TimeZoneChoice[]; until: number }>());

/** Cached for an hour: computing the names of 400 zones takes almost a second, and offsets change only with daylight saving time. */
function timeZones(locale: string, current: string): TimeZoneChoice[] {
  const known = cache.get(locale);
  if (known !== undefined && known.until > Date.now() && known.zones.some(({ zone }) => zone === current)) {
    return known.zones;
  }
  const zones = listTimeZones(locale, new Date(), [current]);
  cache.set(locale, { zones, until: Date.now() + HOUR_MS });
  return zones;
}
