import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { slot } from "@/components/slot";
import { answerNotFound } from "@/server/not-found";
import { getOrganization } from "@/server/organization";

import { LinkForm } from "../../_link/link-form";
import { mayChoosePassword, openLink } from "../../_link/open-link";
import { OtherSession } from "../../_link/other-session";
import { SignOnInstead } from "../../_link/sign-on-instead";
import LinkNotFound from "./not-found";

export async function generateMetadata(): Promise<Metadata> {
  const [t, { name }] = await Promise.all([getTranslations("auth.link"), getOrganization()]);
  return { title: { absolute: t("title.invite", { organization: name }) } };
}

/** Accepts an invitation. Needs no session; the link works once. */
export default async function InvitePage({ params }: PageProps<"/invite/[token]">) {
  const { token } = await params;
  const link = await openLink(token, "invite");
  if (link === null) {
    return answerNotFound(<LinkNotFound />);
  }
  const [organization, t, shell] = await Promise.all([
    getOrganization(),
    getTranslations("auth.link"),
    getTranslations("shell.role"),
  ]);
  const role = shell(link.role);
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight text-balance">
        {t("title.invite", { organization: organization.name })}
      </h1>
      <p className="mt-1 mb-6 text-base text-muted">
        {link.from === null
          ? t("subtitle.invite", { role })
          : t.rich("subtitle.inviteFrom", { from: slot(<bdi>{link.from}</bdi>), role })}
      </p>
      <OtherSession email={link.email} />
      {(await mayChoosePassword(link.role)) ? (
        <LinkForm purpose="invite" token={token} email={link.email} name={link.name} />
      ) : (
        <SignOnInstead />
      )}
    </>
  );
}
