import type { Metadata, Route } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";

import { Notice } from "@/components/ui/notice";
import { isSingleSignOnOnly } from "@/db/organization/security";
import { hasUsers } from "@/db/people/users";
import { safeNextPath } from "@/lib/url/next-path";
import { readSession } from "@/server/auth/gates";
import { singleSignOn } from "@/server/auth/single-sign-on";
import { getOrganization } from "@/server/organization";

import { SignInForm } from "./sign-in-form";
import { Divider, SingleSignOnButton, ssoUrl } from "./single-sign-on";

export async function generateMetadata(): Promise<Metadata> {
  const [t, { name }] = await Promise.all([getTranslations("auth.signIn"), getOrganization()]);
  return { title: { absolute: t("title", { organization: name }) } };
}

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const { next, error } = await searchParams;
  const path = safeNextPath(typeof next === "string" ? next : null);
  // The page also renders while the database is unavailable; submitting the form then shows that error.
  const [session, someUser, isOnlyWay, organization, t, tEnded] = await Promise.all([
    readSession().catch(() => ({ user: null, reason: null })),
    hasUsers().catch(() => true),
    isSingleSignOnOnly().catch(() => false),
    getOrganization(),
    getTranslations("auth.signIn"),
    getTranslations("auth.ended"),
  ]);
  if (session.user !== null) {
    redirect(path as Route);
  }
  if (!someUser) {
    redirect("/setup");
  }
  const sso = singleSignOn();
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight text-balance">
        {t("title", { organization: organization.name })}
      </h1>
      <p className="mt-1 mb-6 text-base text-muted">{t("subtitle")}</p>
      {typeof error === "string" ? (
        <Notice tone={error === "sso_unavailable" ? "warning" : "danger"} announce className="mb-4">
          {t(`refused.${MESSAGES.get(error) ?? "other"}`)}
        </Notice>
      ) : (
        session.reason !== null && (
          <Notice className="mb-4">
            {t("ended")} {tEnded(session.reason)}
          </Notice>
        )
      )}
      {sso !== null && isOnlyWay ? (
        <>
          <SingleSignOnButton name={sso.name} href={ssoUrl(path)} isPrimary />
          <Divider>{t("orAdministrator")}</Divider>
          <SignInForm next={path} />
        </>
      ) : (
        <>
          <SignInForm next={path} />
          {sso !== null && (
            <>
              <Divider>{t("or")}</Divider>
              <SingleSignOnButton name={sso.name} href={ssoUrl(path)} />
            </>
          )}
        </>
      )}
      <p className="mt-6 text-sm text-muted">{t("help")}</p>
    </>
  );
}

/** The message for each error code that single sign-on and the second step pass to this page. */
const MESSAGES = new Map<
  string,
  | "expired"
  | "cancelled"
  | "unverified"
  | "unknown"
  | "deactivated"
  | "unavailable"
  | "uninvited"
  | "connectFirst"
  | "otherIdentity"
>([
  ["code_expired", "expired"],
  ["state_mismatch", "expired"],
  ["state_not_found", "expired"],
  ["state_invalid", "expired"],
  ["access_denied", "cancelled"],
  ["email_not_verified", "unverified"],
  // A user has this e-mail address, but the provider has not verified the address.
  ["account_not_linked", "unverified"],
  ["email_not_found", "unverified"],
  ["signup_disabled", "unknown"],
  ["DEACTIVATED", "deactivated"],
  ["UNINVITED", "uninvited"],
  ["connect_first", "connectFirst"],
  ["other_identity", "otherIdentity"],
  ["sso_unavailable", "unavailable"],
]);
