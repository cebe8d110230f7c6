import { Compass, Lock, type LucideIcon } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";

/** A page that contains only a message, such as "not found", and a link. */
export function PageMessage<Path extends string>({
  icon,
  title,
  href,
  action,
  className = "py-[14vh]",
  children,
}: {
  icon: LucideIcon;
  title: string;
  href: Route<Path>;
  /** The text of the link. */
  action: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <EmptyState
      icon={icon}
      title={title}
      headingLevel="h1"
      action={
        <LinkButton<Path> href={href} variant="primary">
          {action}
        </LinkButton>
      }
      className={className}
    >
      {children}
    </EmptyState>
  );
}

/** Shown for a URL without a page. */
export function NotFoundMessage() {
  const t = useTranslations("common.error");
  return (
    <PageMessage icon={Compass} title={t("notFoundTitle")} href={"/" as Route} action={t("backHome")}>
      {t("notFoundBody")}
    </PageMessage>
  );
}

/** Shown for a page that the user's role may not open. */
export function ForbiddenMessage() {
  const t = useTranslations("common.error");
  return (
    <PageMessage icon={Lock} title={t("forbiddenTitle")} href={"/" as Route} action={t("backHome")}>
      {t("forbiddenBody")}
    </PageMessage>
  );
}
