import { KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { slot } from "@/components/slot";
import { buttonClass } from "@/components/ui/button-class";
import { env } from "@/lib/env";

/** The single sign-on button. A link, because the Content-Security-Policy blocks forms that redirect to another site. */
export function SingleSignOnButton({
  name,
  href,
  isPrimary = false,
}: {
  name: string;
  href: string;
  isPrimary?: boolean;
}) {
  const t = useTranslations("auth.signIn");
  return (
    <a
      href={href}
      className={buttonClass({ size: "lg", className: "w-full", ...(isPrimary && { variant: "primary" }) })}
    >
      <KeyRound aria-hidden />
      {t.rich("singleSignOn", { name: slot(<bdi>{name}</bdi>) })}
    </a>
  );
}

/** Uses `APP_URL`, because the provider redirects back there, and the callback needs the cookie that this URL sets. */
export function ssoUrl(next: string): string {
  return new URL(`/sign-in/sso?${new URLSearchParams({ next })}`, env.APP_URL).href;
}

/** A line with a word, between two ways to sign in. */
export function Divider({ children }: { children: ReactNode }) {
  return (
    <div className="my-5 flex items-center gap-3 text-xs text-subtle before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
      {children}
    </div>
  );
}
