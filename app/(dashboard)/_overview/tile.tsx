import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { changeInPoints, type Ratio } from "@/lib/statistics/figures";

import { Change, NumberLink, numberLink, Share } from "./numbers";

/** A rate with its part, its whole, and its value in the previous period. Each of the three is a link, if it has one. */
export function RateTile({
  name,
  now,
  before,
  links: [partLink, wholeLink, beforeLink],
}: {
  name: "people" | "reached" | "goal";
  now: Ratio;
  before: Ratio | null;
  links: [part: string | undefined, whole: string | undefined, before: string | undefined];
}) {
  const format = useFormatter();
  const t = useTranslations("overview.tile");
  return (
    <Tile
      label={t(`${name}.label`)}
      hint={t(`${name}.hint`)}
      value={
        <NumberLink href={now.part > 0 ? partLink : undefined}>
          <Share rate={now} none={t(`${name}.none`)} />
        </NumberLink>
      }
      isEmpty={now.whole === 0}
      detail={
        now.whole > 0 &&
        t.rich(`${name}.of`, {
          part: format.number(now.part),
          whole: format.number(now.whole),
          count: now.whole,
          partLink: numberLink(now.part > 0 ? partLink : undefined),
          wholeLink: numberLink(wholeLink),
        })
      }
      change={
        before !== null &&
        now.whole > 0 && (
          <>
            <Change by={changeInPoints(now, before)} unit="points" better="up" />
            {before.whole > 0 && (
              <Before href={before.part > 0 ? beforeLink : undefined}>
                <Share rate={before} none="" />
              </Before>
            )}
          </>
        )
      }
    />
  );
}

/** The value in the previous period: "from 59%". */
export function Before({ href, children }: { href: string | undefined; children: ReactNode }) {
  const t = useTranslations("overview.change");
  return (
    <span className="text-xs text-subtle">
      {t("from")} <NumberLink href={href}>{children}</NumberLink>
    </span>
  );
}

/** One figure of the overview: its name, its value, what it counts, and its change. */
export function Tile({
  label,
  hint,
  value,
  isEmpty = false,
  detail,
  change,
}: {
  label: string;
  hint: string;
  value: ReactNode;
  isEmpty?: boolean;
  detail?: ReactNode;
  change?: ReactNode;
}) {
  return (
    <div className="flex min-w-0 flex-col bg-surface px-4 py-3.5">
      <h2 className="text-sm text-muted" title={hint}>
        {label}
      </h2>
      <p
        className={
          isEmpty ? "mt-1 text-lg leading-8 font-medium" : "mt-1 text-2xl font-semibold tracking-tight tabular"
        }
      >
        {value}
      </p>
      <p className="min-h-4.5 text-xs text-muted">{detail}</p>
      <p className="mt-auto flex min-h-6 flex-wrap items-center gap-x-1.5 pt-1.5">{change}</p>
    </div>
  );
}
