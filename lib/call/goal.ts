/**
 * Was the goal of the call met? From `report.outcome.status`, which is separate from how the call ended. A report comes about two
 * minutes after the call, only for some calls, and rarely not at all: until it is there, the goal is not assessed.
 */
export const GOALS = ["met", "not_met", "not_assessable", "not_assessed"] as const;

export type Goal = (typeof GOALS)[number];

/** What decides colour, icon and label. A status outside the vendor's typed three is `other` and is shown as it came. */
export const GOAL_KINDS = [...GOALS, "other"] as const;

export type GoalKind = (typeof GOAL_KINDS)[number];

/** The vendor's status behind each goal: what `calls.goal` holds. `null` is "no report yet". */
export const GOAL_STATUS = {
  met: "success",
  not_met: "failure",
  not_assessable: "error",
  not_assessed: null,
} as const satisfies Record<Goal, string | null>;

export function isGoal(value: string): value is Goal {
  return (GOALS as readonly string[]).includes(value);
}

/** The goal behind a verbatim `report.outcome.status`. Total: any string has one. */
export function goalKind(status: string | null): GoalKind {
  return GOALS.find((goal) => GOAL_STATUS[goal] === status) ?? "other";
}

/** Names in lucide's icon set, distinct from each other, so that a goal never depends on colour alone. */
export const GOAL_ICONS = {
  met: "circle-check",
  not_met: "circle-minus",
  not_assessable: "circle-alert",
  not_assessed: "circle-dashed",
  other: "circle-question-mark",
} as const satisfies Record<GoalKind, string>;
