import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { answerNotFound } from "@/server/not-found";

import { LinkForm } from "../../_link/link-form";
import { mayChoosePassword, openLink } from "../../_link/open-link";
import { OtherSession } from "../../_link/other-session";
import { SignOnInstead } from "../../_link/sign-on-instead";
import LinkNotFound from "./not-found";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("auth.link");
  return { title: t("title.reset") };
}

/** Sets a new password. Needs no session; the link works once. */
export default async function ResetPage({ params }: PageProps<"/reset/[token]">) {
  const { token } = await params;
  const link = await openLink(token, "reset");
  if (link === null) {
    return answerNotFound(<LinkNotFound />);
  }
  const t = await getTranslations("auth.link");
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight text-balance">{t("title.reset")}</h1>
      <p className="mt-1 mb-6 text-base text-muted">{t("subtitle.reset")}</p>
      <OtherSession email={link.email} />
      {(await mayChoosePassword(link.role)) ? (
        <LinkForm purpose="reset" token={token} email={link.email} name={link.name} />
      ) : (
        <SignOnInstead />
      )}
    </>
  );
}
