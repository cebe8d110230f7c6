import { clsx } from "clsx";
import { useTranslations } from "next-intl";

import { RowIcon } from "@/components/ui/row-icon";
import { OUTCOME_ICONS, outcomeKind, outcomeSlug } from "@/lib/call/outcome";

import { useEndingText } from "./ending";

/**
 * How a call ended: colour, icon and label. `type` is the vendor's outcome; an unknown outcome is shown verbatim. `plain` omits the
 * background, for dense lists.
 */
export function OutcomeBadge({
  type,
  status = null,
  plain = false,
  className,
}: {
  type: string | null;
  /** The vendor's status, which names a call that no webhook has told of. */
  status?: string | null;
  plain?: boolean;
  className?: string;
}) {
  const t = useTranslations("outcomes");
  const endingText = useEndingText();
  const kind = outcomeKind(type);
  const known = kind === "other" ? (type === null ? "unknown" : null) : kind;
  return (
    <span
      title={t(`outcomeHint.${known ?? "other"}`)}
      className={clsx("tag", !plain && "filled", `outcome-${outcomeSlug(kind)}`, className)}
    >
      <RowIcon name={OUTCOME_ICONS[kind]} />
      <span>{known === null ? <bdi translate="no">{type}</bdi> : endingText({ outcome: type, status })}</span>
    </span>
  );
}
