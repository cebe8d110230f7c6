import { KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";

import { slot } from "@/components/slot";
import { buttonClass } from "@/components/ui/button-class";

/** The single sign-on button. A link, because the Content-Security-Policy blocks forms that redirect to another site. */
export function SingleSignOn({ name, href }: { name: string; href: string }) {
  const t = useTranslations("auth.signIn");
  return (
    <>
      <div className="my-5 flex items-center gap-3 text-xs text-subtle before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
        {t("or")}
      </div>
      <a href={href} className={buttonClass({ size: "lg", className: "w-full" })}>
        <KeyRound aria-hidden />
        {t.rich("singleSignOn", { name: slot(<bdi>{name}</bdi>) })}
      </a>
    </>
  );
}
