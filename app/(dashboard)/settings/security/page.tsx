import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { ClientMessages } from "@/components/client-messages";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { readSecurity } from "@/db/organization/security";
import { listUsers } from "@/db/people/users";
import { requirePage } from "@/server/auth/gates";
import { singleSignOn } from "@/server/auth/single-sign-on";

import { LimitsForm } from "./limits-form";
import { OnlySingleSignOn } from "./only-single-sign-on";
import { SecondFactorForm } from "./second-factor-form";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("settings.security");
  return { title: t("title") };
}

export default async function SecurityPage() {
  const me = await requirePage("administrator");
  const [{ secondFactorRule, singleSignOnOnly, limits }, people, t] = await Promise.all([
    readSecurity(),
    listUsers(),
    getTranslations("settings.security"),
  ]);
  const withPassword = people.filter(({ state, hasPassword }) => state === "active" && hasPassword);
  const lacking = withPassword.filter(({ twoFactorEnabled }) => !twoFactorEnabled);
  const own = people.find(({ id }) => id === me.id);
  return (
    <ClientMessages of={["settings.security"]}>
      <PageHeader title={t("title")} description={t("description")} />
      <div className="space-y-5">
        <Card title={t("secondFactor.title")} description={t("secondFactor.description")}>
          <SecondFactorForm
            saved={secondFactorRule}
            lacking={lacking.length}
            lacksOwn={lacking.some(({ id }) => id === me.id)}
          />
        </Card>
        <Card title={t("signOn.title")} description={t("signOn.description")}>
          <OnlySingleSignOn
            isOn={singleSignOnOnly}
            provider={singleSignOn()?.name ?? null}
            isConnected={own?.hasSingleSignOn ?? false}
            unconnected={
              people.filter(
                ({ state, role, hasSingleSignOn }) =>
                  state === "active" && role !== "administrator" && !hasSingleSignOn,
              ).length
            }
          />
        </Card>
        <Card title={t("sessions.title")} description={t("sessions.description")}>
          <LimitsForm limits={limits} />
        </Card>
      </div>
    </ClientMessages>
  );
}
