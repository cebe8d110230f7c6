import { useTranslations } from "next-intl";

import { Notice } from "@/components/ui/notice";
import { singleSignOn } from "@/server/auth/single-sign-on";

import { SingleSignOnButton, ssoUrl } from "../sign-in/single-sign-on";

/** Shown in place of the form where a password would be of no use: single sign-on is the only way to sign in. */
export function SignOnInstead() {
  const t = useTranslations("auth.link");
  const sso = singleSignOn();
  return (
    <div className="space-y-4">
      <Notice>{t("signOnInstead")}</Notice>
      {sso !== null && <SingleSignOnButton name={sso.name} href={ssoUrl("/")} isPrimary />}
    </div>
  );
}
