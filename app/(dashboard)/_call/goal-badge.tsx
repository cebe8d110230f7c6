import { CircleAlert, CircleCheck, CircleDashed, CircleMinus, CircleQuestionMark, type LucideIcon } from "lucide-react";
import { useTranslations } from "next-intl";

import { cn } from "@/components/cn";
import { GOAL_ICONS, type GoalKind, goalKind } from "@/lib/call/goal";

const icons: Record<(typeof GOAL_ICONS)[GoalKind], LucideIcon> = {
  "circle-check": CircleCheck,
  "circle-minus": CircleMinus,
  "circle-alert": CircleAlert,
  "circle-dashed": CircleDashed,
  "circle-question-mark": CircleQuestionMark,
};

const colors: Record<GoalKind, string> = {
  met: "text-success",
  not_met: "text-danger",
  not_assessable: "text-warning",
  not_assessed: "text-subtle",
  other: "text-subtle",
};

function GoalIcon({ kind, className }: { kind: GoalKind; className?: string }) {
  const Icon = icons[GOAL_ICONS[kind]];
  return <Icon aria-hidden className={cn("size-4 shrink-0", colors[kind], className)} />;
}

/** Whether a call met its goal. `status` is the vendor's `report.outcome.status`; an unknown status is shown verbatim. */
export function GoalBadge({ status, className }: { status: string | null; className?: string }) {
  const t = useTranslations("outcomes");
  const kind = goalKind(status);
  return (
    <span
      title={t(`goalHint.${kind}`)}
      className={cn(
        "inline-flex max-w-full min-w-0 items-center gap-1.5 align-middle text-sm whitespace-nowrap",
        kind === "not_assessed" && "text-muted",
        className,
      )}
    >
      <GoalIcon kind={kind} />
      <span className="truncate">{kind === "other" ? <bdi translate="no">{status}</bdi> : t(`goal.${kind}`)}</span>
    </span>
  );
}
