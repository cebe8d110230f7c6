import type { Metadata, Route } from "next";
import { getTranslations } from "next-intl/server";

import { SignOut } from "@/app/(dashboard)/settings/account/end-session";
import { SecondFactor } from "@/app/(dashboard)/settings/account/second-factor";
import { ClientMessages } from "@/components/client-messages";
import { buttonClass } from "@/components/ui/button-class";
import { readSignInMethods } from "@/db/people/users";
import { safeNextPath } from "@/lib/url/next-path";
import { readSession, requirePage } from "@/server/auth/gates";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("auth.secondFactorFirst");
  return { title: t("title") };
}

/**
 * Where the gates lead a user who lacks the second factor that the organization requires. Stays open once it is set up, because it then shows
 * the backup codes.
 */
export default async function SecondFactorPage({ searchParams }: PageProps<"/second-factor">) {
  const { next } = await searchParams;
  const me = await requirePage("viewer", { secondFactor: "optional" });
  const [session, methods, t, account] = await Promise.all([
    readSession(),
    readSignInMethods(me.id),
    getTranslations("auth.secondFactorFirst"),
    getTranslations("account"),
  ]);
  const isMissing = session.user !== null && session.lacksSecondFactor;
  return (
    <ClientMessages of={["account"]}>
      <h1 className="text-2xl font-semibold tracking-tight text-balance">{t("title")}</h1>
      <p className="mt-1 mb-6 text-base text-muted">
        {isMissing ? t("subtitle") : methods.twoFactorEnabled ? t("done") : t("optional")}
      </p>
      <SecondFactor
        enabled={methods.twoFactorEnabled}
        hasPassword={methods.hasPassword}
        provider={account("password.otherProvider")}
        backupCodesLeft={0}
        isRequired
        isSignIn
      />
      <div className="mt-6 flex flex-wrap items-center gap-2">
        {!isMissing && (
          <a
            href={safeNextPath(typeof next === "string" ? next : null) as Route}
            className={buttonClass({ variant: "primary" })}
          >
            {t("continue")}
          </a>
        )}
        <SignOut />
      </div>
    </ClientMessages>
  );
}
