import { X } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import Link from "next/link";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";

/** An active filter: its name, its value, and a link that removes it. */
export function Chip<Path extends string>({
  label,
  children,
  removeHref,
  removeName,
  className,
}: {
  label?: ReactNode;
  children: ReactNode;
  removeHref?: Route<Path>;
  /** The filter as text, for the accessible name of the remove link. */
  removeName?: string;
  className?: string;
}) {
  const t = useTranslations("common.action");
  return (
    <span
      className={cn(
        "inline-flex h-7 max-w-full items-center rounded-md border bg-surface text-sm shadow-xs",
        removeHref === undefined && "pe-2",
        className,
      )}
    >
      <span className="flex min-w-0 items-center gap-1.5 ps-2">
        {label !== undefined && <span className="shrink-0 text-muted">{label}</span>}
        <span className="flex min-w-0 items-center gap-1 truncate font-medium [&_svg]:size-3.5 [&_svg]:shrink-0">
          {children}
        </span>
      </span>
      {removeHref !== undefined && (
        <Link<Path>
          href={removeHref}
          scroll={false}
          aria-label={removeName === undefined ? t("remove") : t("removeFilter", { filter: removeName })}
          className="ms-1 flex h-full w-6 shrink-0 items-center justify-center rounded-e-md text-subtle focus-inset hover:bg-hover hover:text-foreground"
        >
          <X className="size-3.5" aria-hidden />
        </Link>
      )}
    </span>
  );
}
