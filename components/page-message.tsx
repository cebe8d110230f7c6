import type { LucideIcon } from "lucide-react";
import type { Route } from "next";
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
