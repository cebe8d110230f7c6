import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { ClientMessages } from "@/components/client-messages";
import { slot } from "@/components/slot";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { readSecurity } from "@/db/organization/security";
import { listDevices } from "@/db/people/known-devices";
import { listSessions } from "@/db/people/sessions";
import { readSignInMethods } from "@/db/people/users";
import { requiresSecondFactor } from "@/lib/people/second-factor-rule";
import { auth } from "@/server/auth/auth";
import { requestDevice } from "@/server/auth/devices";
import { requirePage } from "@/server/auth/gates";
import { singleSignOn } from "@/server/auth/single-sign-on";

import { Devices } from "./devices";
import { NameForm } from "./name-form";
import { PasswordForm } from "./password-form";
import { SecondFactor } from "./second-factor";
import { Sessions } from "./sessions";
import { type ConnectionResult, SignOn } from "./sign-on";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("account");
  return { title: t("title") };
}

export default async function AccountPage({ searchParams }: PageProps<"/settings/account">) {
  const me = await requirePage();
  const [{ connected, error }, security, signInMethods, sessions, devices, t, role] = await Promise.all([
    searchParams,
    readSecurity(),
    readSignInMethods(me.id),
    listSessions(me.id),
    requestDevice().then((device) => listDevices(me.id, device)),
    getTranslations("account"),
    getTranslations("shell.role"),
  ]);
  const backupCodesLeft = signInMethods.twoFactorEnabled
    ? (await auth.api.viewBackupCodes({ body: { userId: me.id } })).backupCodes.length
    : 0;
  const sso = singleSignOn();
  const provider = sso?.name ?? t("password.otherProvider");
  return (
    <ClientMessages of={["account", "auth.signIn"]}>
      <PageHeader
        title={t("title")}
        description={t.rich("description", {
          email: slot(<bdi dir="ltr">{me.email}</bdi>),
          role: role(me.role),
        })}
        namesZone
      />
      <div className="grid max-w-5xl items-start gap-4 lg:grid-cols-2">
        <Card title={t("profile.title")} description={t("profile.description")}>
          <NameForm name={me.name} />
        </Card>
        <Card
          title={t("password.title")}
          description={signInMethods.hasPassword ? t("password.description") : undefined}
        >
          {signInMethods.hasPassword ? (
            <PasswordForm email={me.email} />
          ) : (
            <p className="text-sm text-muted">{t("password.none", { name: provider })}</p>
          )}
        </Card>
        <SecondFactor
          enabled={signInMethods.twoFactorEnabled}
          hasPassword={signInMethods.hasPassword}
          provider={provider}
          backupCodesLeft={backupCodesLeft}
          isRequired={requiresSecondFactor(security.secondFactorRule, me.role)}
        />
        {(sso !== null || signInMethods.hasSingleSignOn) && (
          <SignOn
            provider={provider}
            isConnected={signInMethods.hasSingleSignOn}
            isConfigured={sso !== null}
            isOnlyWay={!signInMethods.hasPassword || (security.singleSignOnOnly && me.role !== "administrator")}
            result={
              typeof error === "string"
                ? (RESULTS.get(error) ?? "failed")
                : connected === undefined
                  ? null
                  : "connected"
            }
          />
        )}
        <Sessions sessions={sessions} ownId={me.sessionId} />
        <Devices devices={devices} />
      </div>
    </ClientMessages>
  );
}

/** The result for each error code with which better-auth leads back from the identity provider. */
const RESULTS = new Map<string, ConnectionResult>([
  ["access_denied", "cancelled"],
  ["email_does_not_match", "otherEmail"],
  ["account_already_linked_to_different_user", "otherAccount"],
  ["email_not_verified", "unverified"],
]);
