import { ChevronLeft, ChevronRight } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";

import { buttonClass } from "./button-class";
import { LinkButton } from "./link-button";

/** Links to the previous and the next page of a keyset, dimmed if there is no such page. `children` is the number of rows as text. */
export function Pagination({
  previous,
  next,
  className,
  children,
}: {
  previous: Route | null;
  next: Route | null;
  className?: string;
  children?: ReactNode;
}) {
  const t = useTranslations("common.pagination");
  const step = (href: Route | null, label: string, rel: "prev" | "next") => {
    const icon =
      rel === "prev" ? (
        <ChevronLeft className="rtl-flip" aria-hidden />
      ) : (
        <ChevronRight className="rtl-flip" aria-hidden />
      );
    return href === null ? (
      <span aria-hidden className={cn(buttonClass({ size: "sm", shape: "icon" }), "opacity-45 shadow-none")}>
        {icon}
      </span>
    ) : (
      <LinkButton<string> href={href} size="sm" shape="icon" rel={rel} aria-label={label} title={label}>
        {icon}
      </LinkButton>
    );
  };
  return (
    <nav
      aria-label={t("label")}
      className={cn("flex items-center justify-between gap-4 text-sm text-muted", className)}
    >
      <div className="min-w-0 tabular">{children}</div>
      <div className="flex items-center gap-1">
        {step(previous, t("previous"), "prev")}
        {step(next, t("next"), "next")}
      </div>
    </nav>
  );
}
