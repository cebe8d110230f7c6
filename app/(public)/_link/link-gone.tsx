import { Unlink } from "lucide-react";
import { useTranslations } from "next-intl";

import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";

/** A link that was used, replaced or taken back, has expired, or never was: the same answer for all of them. */
export function LinkGone() {
  const t = useTranslations("auth.link");
  const signIn = useTranslations("auth.signIn");
  return (
    <EmptyState
      icon={Unlink}
      title={t("goneTitle")}
      headingLevel="h1"
      action={
        <LinkButton href="/sign-in" variant="primary">
          {signIn("submit")}
        </LinkButton>
      }
    >
      {t("goneBody")}
    </EmptyState>
  );
}
