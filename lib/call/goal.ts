import { isSilentText } from "@/lib/text/silence";

/**
 * Whether the goal of a call was met, from `report.outcome.status`. It is separate from the call's outcome. Only some calls get a report,
 * usually about two minutes after they end. A call without a report has the goal `not_assessed`.
 */
const GOALS = ["met", "not_met", "not_assessable", "not_assessed"] as const;

type Goal = (typeof GOALS)[number];

/** Decides colour, icon and label. A status other than the three that the vendor documents is `other` and is shown verbatim. */
export const GOAL_KINDS = [...GOALS, "other"] as const;

export type GoalKind = (typeof GOAL_KINDS)[number];

/** The vendor's status for each goal, as in `calls.goal`. Null means that the report is missing or has no status. */
export const GOAL_STATUS = {
  met: "success",
  not_met: "failure",
  not_assessable: "error",
  not_assessed: null,
} as const satisfies Record<Goal, string | null>;

/** The kind of a verbatim `report.outcome.status`. An unknown status is `other`; one that says nothing is no status. */
export function goalKind(status: string | null): GoalKind {
  if (status !== null && isSilentText(status)) {
    return "not_assessed";
  }
  return GOALS.find((goal) => GOAL_STATUS[goal] === status) ?? "other";
}

/** Names in lucide's icon set, all different, so that no goal is recognized by its colour alone. */
export const GOAL_ICONS = {
  met: "circle-check",
  not_met: "circle-minus",
  not_assessable: "circle-alert",
  not_assessed: "circle-dashed",
  other: "circle-question-mark",
} as const satisfies Record<GoalKind, string>;
