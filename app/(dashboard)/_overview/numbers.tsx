import type { Route } from "next";
import { useFormatter, useTranslations } from "next-intl";
import Link from "next/link";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";
import { ChangeBadge } from "@/components/ui/change-badge";
import { Ltr } from "@/components/ui/ltr";
import { type Ratio, shareOf } from "@/lib/statistics/figures";

/** A number that links to the calls it counts. If `href` is undefined, there is no link. */
export function NumberLink({
  href,
  label,
  className,
  children,
}: {
  href: string | undefined;
  /** The accessible name, needed if the number alone is not clear. */
  label?: string;
  className?: string;
  children: ReactNode;
}) {
  return href === undefined ? (
    <span className={cn("tabular", className)}>{children}</span>
  ) : (
    <Link
      href={href as Route}
      // With prefetching, a page would request the list of each of its numbers.
      prefetch={false}
      {...(label === undefined ? {} : { "aria-label": label })}
      className={cn("rounded-xs tabular underline-offset-2 hover:underline", className)}
    >
      {children}
    </Link>
  );
}

/** `NumberLink` for use in a message: `t.rich("of", { link: numberLink(href) })`. */
export function numberLink(href: string | undefined) {
  return (text: ReactNode) => <NumberLink href={href}>{text}</NumberLink>;
}

type Formatter = ReturnType<typeof useFormatter>;

/**
 * Formats a share as a percentage; null if the whole is 0. It has one decimal place if the whole is 1,000 or more. It is never rounded to
 * 0% or 100%, but shown as "<1%" or ">99%" instead.
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

/** A share such as "62%", or `none` if the whole is 0. */
export function Share({ rate, none }: { rate: Ratio; none: string }) {
  const text = shareText(useFormatter(), rate);
  return text === null ? <span className="text-subtle">{none}</span> : <Ltr>{text}</Ltr>;
}

/** A relative change ("12%"), or the change of a rate in points ("3.1 pts"). Renders nothing if `by` is null. */
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
    // A change of less than one point is neither good nor bad.
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

/** A bar for a share, in the colour of `className`. The number beside it says the same. */
export function Bar({ share, className }: { share: number; className: string }) {
  return (
    <span
      aria-hidden
      className={cn(
        "ms-auto mt-1 block h-1 w-36 max-w-full overflow-hidden rounded-full bg-sunken max-sm:hidden",
        className,
      )}
    >
      <span className="block h-full min-w-px rounded-full" style={{ inlineSize: `${share * 100}%` }} />
    </span>
  );
}
