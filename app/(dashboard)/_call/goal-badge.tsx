import { clsx } from "clsx";
import { useTranslations } from "next-intl";

import { RowIcon } from "@/components/ui/row-icon";
import { GOAL_ICONS, type GoalKind, goalKind } from "@/lib/call/goal";

const TONES: Record<GoalKind, string> = {
  met: "tone-success",
  not_met: "tone-danger",
  not_assessable: "tone-warning",
  not_assessed: "tone-neutral text-muted",
  other: "tone-neutral",
};

/** Whether a call met its goal. `status` is the vendor's `report.outcome.status`; an unknown status is shown verbatim. */
export function GoalBadge({ status, className }: { status: string | null; className?: string }) {
  const t = useTranslations("outcomes");
  const kind = goalKind(status);
  return (
    <span title={t(`goalHint.${kind}`)} className={clsx("tag", TONES[kind], className)}>
      <RowIcon name={GOAL_ICONS[kind]} />
      <span>{kind === "other" ? <bdi translate="no">{status}</bdi> : t(`goal.${kind}`)}</span>
    </span>
  );
}
