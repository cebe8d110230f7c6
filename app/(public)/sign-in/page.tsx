import type { Metadata, Route } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";

import { getUser } from "@/app/auth";
import { getOrganization } from "@/app/organization";
import { hasUsers } from "@/db/users";
import { safeNextPath } from "@/lib/next-path";

import { SignInForm } from "./sign-in-form";

export async function generateMetadata(): Promise<Metadata> {
  const [t, { name }] = await Promise.all([getTranslations("auth.signIn"), getOrganization()]);
  return { title: { absolute: t("title", { organization: name }) } };
}

export default async function SignInPage({ searchParams }: PageProps<"/sign-in">) {
  const { next } = await searchParams;
  const path = safeNextPath(typeof next === "string" ? next : null);
  // The form is shown while the database is away: the answer to it says so.
  const [user, someUser, organization, t] = await Promise.all([
    getUser().catch(() => null),
    hasUsers().catch(() => true),
    getOrganization(),
    getTranslations("auth.signIn"),
  ]);
  if (user !== null) {
    redirect(path as Route);
  }
  if (!someUser) {
    redirect("/setup");
  }
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight text-balance">
        {t("title", { organization: organization.name })}
      </h1>
      <p className="mt-1 mb-6 text-base text-muted">{t("subtitle")}</p>
      <SignInForm next={path} />
      <p className="mt-6 text-sm text-muted">{t("help")}</p>
    </>
  );
}
