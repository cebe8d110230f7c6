import { clsx } from "clsx";
import type { Route } from "next";
import { useFormatter, useTranslations } from "next-intl";
import { Fragment } from "react";

import { RowIcon } from "@/components/ui/row-icon";
import type { DialResult } from "@/lib/call/contact";
import { OUTCOME_ICONS, outcomeKind, outcomeSlug } from "@/lib/call/outcome";
import { formats } from "@/lib/i18n/formats";

import { type Ending, useEndingText } from "../_call/ending";

/** What a mark shows of a call. */
export type Mark = Ending & { callId: string; attempt: number | null; dialResult: DialResult; occurredAt: Date };

/**
 * The calls of a contact in their order, as small marks: the outcome as an icon in its colour, and in words on hover and for screen readers.
 * Each mark links to its call. If the trail leaves out calls, their number stands before the last mark.
 */
export function Trail({
  marks,
  callCount,
  hrefOf,
  allHref,
}: {
  marks: readonly Mark[];
  /** The number of all calls of the contact. */
  callCount: number;
  hrefOf: (callId: string) => Route;
  /** The list of all calls of the contact. */
  allHref: Route;
}) {
  const t = useTranslations("contacts");
  const omitted = callCount - marks.length;
  return (
    // Above the link that covers the whole row.
    <ol
      aria-label={t("column.trail")}
      className="relative z-10 inline-flex max-w-full flex-wrap items-center gap-0.5 align-middle"
    >
      {marks.map((mark, index) => (
        <Fragment key={mark.callId}>
          {omitted > 0 && index === marks.length - 1 && (
            <li>
              <a
                href={allHref}
                title={t("omitted", { count: omitted })}
                aria-label={t("omitted", { count: omitted })}
                className="inline-flex h-6 items-center rounded-sm px-1 text-xs text-muted tabular hover:bg-hover hover:text-foreground"
              >
                <bdi dir="ltr">+{omitted.toLocaleString("en")}</bdi>
              </a>
            </li>
          )}
          <li>
            <MarkLink mark={mark} href={hrefOf(mark.callId)} />
          </li>
        </Fragment>
      ))}
    </ol>
  );
}

function MarkLink({ mark, href }: { mark: Mark; href: Route }) {
  const t = useTranslations("contacts");
  const formatter = useFormatter();
  const endingText = useEndingText();
  const kind = outcomeKind(mark.outcome);
  const isDialled = mark.dialResult !== "not_dialled";
  const name = t(mark.attempt === null ? "markUnnumbered" : "mark", {
    attempt: mark.attempt ?? 0,
    ending: endingText(mark),
    dialled: isDialled ? "yes" : "no",
    time: formatter.dateTime(mark.occurredAt, formats.dateTime.compact),
  });
  return (
    <a
      href={href}
      title={name}
      aria-label={name}
      className={clsx("mark", !isDialled && "undialled", `outcome-${outcomeSlug(kind)}`)}
    >
      <RowIcon name={OUTCOME_ICONS[kind]} small />
    </a>
  );
}
