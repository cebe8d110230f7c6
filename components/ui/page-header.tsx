import { useTimeZone, useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";

/** The header of a page: its only `<h1>`, a description and the page's actions. */
export function PageHeader({
  title,
  description,
  namesZone = false,
  actions,
  className,
  children,
}: {
  title: ReactNode;
  description?: ReactNode;
  /** Whether the description ends with the time zone of the page's times. */
  namesZone?: boolean;
  actions?: ReactNode;
  className?: string;
  /** A row below the heading, such as filters. */
  children?: ReactNode;
}) {
  return (
    <header className={cn("mb-4 space-y-3", className)}>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 sm:flex-1 sm:basis-72">
          <h1 className="text-xl font-semibold tracking-tight text-balance">{title}</h1>
          {description !== undefined && (
            <p className="mt-0.5 text-sm text-pretty text-muted">
              {description}
              {namesZone && (
                <>
                  {" · "}
                  <ZoneName />
                </>
              )}
            </p>
          )}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </header>
  );
}

/** The organization's time zone, which all pages use. */
export function ZoneName() {
  const t = useTranslations("common.time");
  const zone = useTimeZone();
  return <span className="whitespace-nowrap">{t("zone", { zone: zone ?? "" })}</span>;
}
