import { clsx } from "clsx";
import { useFormatter, useTranslations } from "next-intl";
import type { CSSProperties, ReactNode } from "react";

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
  // A plain link: `FollowedLinks` makes the router follow it.
  return href === undefined ? (
    <span className={clsx("figure", className)}>{children}</span>
  ) : (
    <a href={href} {...(label === undefined ? {} : { "aria-label": label })} className={clsx("figure", className)}>
      {children}
    </a>
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

/** A bar for a share, in a colour by itself or in the accent's. The number beside it says the same. */
export function Bar({
  share,
  tone,
  isShort = false,
}: {
  share: number;
  tone: "subtle" | "accent";
  /** 64 px instead of 144. */
  isShort?: boolean;
}) {
  return (
    <span
      className={clsx("bar", tone, isShort && "short")}
      style={{ "--share": `${Math.round(share * 10_000) / 100}%` } as CSSProperties}
    />
  );
}
