import { clsx } from "clsx";

import { RowIcon } from "@/components/ui/row-icon";
import { OUTCOME_ICONS, type OutcomeKind, outcomeSlug } from "@/lib/call/outcome";

/** The icon of an outcome in its colour. It is hidden from screen readers, so it needs a label beside it. */
export function OutcomeIcon({
  kind,
  small = false,
  className,
}: {
  kind: OutcomeKind;
  /** 14 px instead of 16. */
  small?: boolean;
  className?: string;
}) {
  return (
    <RowIcon
      name={OUTCOME_ICONS[kind]}
      small={small}
      className={clsx("toned", `outcome-${outcomeSlug(kind)}`, className)}
    />
  );
}
