import { Unlink } from "lucide-react";
import { useTranslations } from "next-intl";

import { PageMessage } from "@/components/page-message";

/** For a link that was used, replaced or withdrawn, has expired, or never existed: one message, so that it does not say which links exist. */
export function LinkGone() {
  const t = useTranslations("auth.link");
  const signIn = useTranslations("auth.signIn");
  return (
    <PageMessage icon={Unlink} title={t("goneTitle")} href="/sign-in" action={signIn("submit")} className="py-14">
      {t("goneBody")}
    </PageMessage>
  );
}
