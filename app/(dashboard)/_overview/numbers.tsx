import type { Route } from "next";
import { useFormatter, useTranslations } from "next-intl";
import Link from "next/link";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";
import { ChangeBadge } from "@/components/ui/change-badge";
import { Ltr } from "@/components/ui/ltr";
import { type Ratio, shareOf } from "@/lib/statistics/figures";

/** A number that leads to what it counts; plain where there is nothing to lead to. */
export function NumberLink({
  href,
  label,
  className,
  children,
}: {
  href: string | undefined;
  /** Its accessible name, where the number alone would not say what it counts. */
  label?: string;
  className?: string;
  children: ReactNode;
}) {
  return href === undefined ? (
    <span className={cn("tabular", className)}>{children}</span>
  ) : (
    <Link
      href={href as Route}
      // A page of these would otherwise ask the server for every list behind it.
      prefetch={false}
      {...(label === undefined ? {} : { "aria-label": label })}
      className={cn("rounded-xs tabular underline-offset-2 hover:underline", className)}
    >
      {children}
    </Link>
  );
}

/** The same for a piece of a message: `t.rich("of", { link: numberLink(href) })`. */
export function numberLink(href: string | undefined) {
  return (text: ReactNode) => <NumberLink href={href}>{text}</NumberLink>;
}

type Formatter = ReturnType<typeof useFormatter>;

/**
 * A share in per cent; null for a share of nothing. With a decimal where a thousand or more stand behind it, and never rounded to the
 * "0%" of some or the "100%" of nearly all.
 */
export function shareText(format: Formatter, rate: Ratio): string | null {
  const share = shareOf(rate);
  if (share === null) {
    return null;
  }
  const digits = rate.whole >= 1_000 ? 1 : 0;
  const step = 10 ** -(digits + 2);
  const text = (value: number) => format.number(value, { style: "percent", maximumFractionDigits: digits });
  if (share > 0 && share < step) {
    return `<${text(step)}`;
  }
  return share < 1 && share > 1 - step ? `>${text(1 - step)}` : text(share);
}

/** "62%", or in words that there is nothing to take a share of. */
export function Share({ rate, none }: { rate: Ratio; none: string }) {
  const text = shareText(useFormatter(), rate);
  return text === null ? <span className="text-subtle">{none}</span> : <Ltr>{text}</Ltr>;
}

/** A change by a part of what was ("12%"), or of a rate by points ("3.1 pts"); nothing where there is nothing to compare with. */
export function Change({
  by,
  unit,
  better = "neither",
  title,
}: {
  by: number | null;
  unit: "relative" | "points";
  better?: "up" | "down" | "neither";
  title?: string;
}) {
  const format = useFormatter();
  const t = useTranslations("overview.change");
  if (by === null) {
    return null;
  }
  const amount = Math.abs(by);
  const text =
    unit === "points"
      ? t("points", { points: format.number(amount, { maximumFractionDigits: 1 }) })
      : format.number(amount, { style: "percent", maximumFractionDigits: amount < 0.1 ? 1 : 0 });
  const isSame = unit === "points" ? amount < 0.05 : amount < 0.0005;
  const direction = isSame ? "same" : by > 0 ? "up" : "down";
  return (
    // Less than a point is neither good news nor bad.
    <ChangeBadge
      direction={direction}
      better={unit === "points" && amount < 1 ? "neither" : better}
      {...(title === undefined ? {} : { title })}
    >
      <span className="sr-only">{t(direction)} </span>
      <bdi>{text}</bdi>
    </ChangeBadge>
  );
}
