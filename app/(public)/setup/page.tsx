import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";

import { Notice } from "@/components/ui/notice";
import { hasUsers } from "@/db/people/users";
import { env } from "@/lib/env";

import { SetupForm } from "./setup-form";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("auth.setup");
  return { title: t("title") };
}

/** Available only while there are no users. The set-up code is printed at startup, so it proves access to the server. */
export default async function SetupPage() {
  const [someUser, t] = await Promise.all([hasUsers().catch(() => false), getTranslations("auth.setup")]);
  if (someUser) {
    redirect("/sign-in");
  }
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight text-balance">{t("title")}</h1>
      <p className="mt-1 mb-6 text-base text-muted">{t("subtitle")}</p>
      {env.SETUP_CODE === undefined ? (
        <Notice tone="warning" title={t("noCodeTitle")}>
          {t.rich("noCodeBody", { code: variableName })}
        </Notice>
      ) : (
        <SetupForm />
      )}
    </>
  );
}

function variableName(name: ReactNode) {
  return (
    <code dir="ltr" className="font-mono text-xs">
      {name}
    </code>
  );
}
