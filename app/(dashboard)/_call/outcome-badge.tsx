import { useTranslations } from "next-intl";

import { cn } from "@/components/cn";
import { outcomeKind, outcomeSlug } from "@/lib/call/outcome";

import { useEndingText } from "./ending";
import { OutcomeIcon } from "./outcome-icon";

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
  const tone = `var(--outcome-${outcomeSlug(kind)}`;
  return (
    <span
      title={t(`outcomeHint.${known ?? "other"}`)}
      style={plain ? {} : { backgroundColor: `${tone}-soft)`, color: `${tone}-text)` }}
      className={cn(
        "inline-flex max-w-full min-w-0 items-center gap-1.5 align-middle text-sm whitespace-nowrap",
        !plain && "rounded-sm px-1.5 text-xs leading-5 font-medium",
        className,
      )}
    >
      <OutcomeIcon kind={kind} className={plain ? "size-4" : "size-3.5"} />
      <span className="truncate">
        {known === null ? <bdi translate="no">{type}</bdi> : endingText({ outcome: type, status })}
      </span>
    </span>
  );
}
