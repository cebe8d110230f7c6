import { Unlink } from "lucide-react";
import { useTranslations } from "next-intl";

import { PageMessage } from "@/components/page-message";

/** Shown for any link that is not valid: used, replaced, revoked, expired or unknown. The message does not reveal the reason. */
export function LinkGone() {
  const t = useTranslations("auth.link");
  const signIn = useTranslations("auth.signIn");
  return (
    <PageMessage icon={Unlink} title={t("goneTitle")} href="/sign-in" action={signIn("submit")} className="py-14">
      {t("goneBody")}
    </PageMessage>
  );
}
