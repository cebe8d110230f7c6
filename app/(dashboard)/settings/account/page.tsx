import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { slot } from "@/components/slot";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { listDevices } from "@/db/people/known-devices";
import { listSessions } from "@/db/people/sessions";
import { readSignInMethods } from "@/db/people/users";
import { auth } from "@/server/auth/auth";
import { requestDevice } from "@/server/auth/devices";
import { requirePage } from "@/server/auth/gates";
import { singleSignOn } from "@/server/auth/single-sign-on";

import { Devices } from "./devices";
import { NameForm } from "./name-form";
import { PasswordForm } from "./password-form";
import { SecondFactor } from "./second-factor";
import { Sessions } from "./sessions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("account");
  return { title: t("title") };
}

export default async function AccountPage() {
  const me = await requirePage();
  const [signInMethods, sessions, devices, t, role] = await Promise.all([
    readSignInMethods(me.id),
    listSessions(me.id),
    requestDevice().then((device) => listDevices(me.id, device)),
    getTranslations("account"),
    getTranslations("shell.role"),
  ]);
  const backupCodesLeft = signInMethods.twoFactorEnabled
    ? (await auth.api.viewBackupCodes({ body: { userId: me.id } })).backupCodes.length
    : 0;
  const provider = singleSignOn()?.name ?? t("password.otherProvider");
  return (
    <>
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
        />
        <Sessions sessions={sessions} ownId={me.sessionId} />
        <Devices devices={devices} />
      </div>
    </>
  );
}
