/** What became of one call: it was dialled and reached the customer, it was dialled and did not, or it was never dialled. */
export const DIAL_RESULTS = ["reached", "not_reached", "not_dialled"] as const;

export type DialResult = (typeof DIAL_RESULTS)[number];

/** The results of calls that were dialled: the whole of every rate over dials. */
export const DIALLED = ["reached", "not_reached"] as const satisfies readonly DialResult[];

/** Whether the call was dialled and reached the customer. The goal is a separate fact. */
export function isReached({ dialResult }: { dialResult: DialResult }): boolean {
  return dialResult === "reached";
}

/**
 * The states of a contact, which is the story of one person in one scenario: all calls of a retry group. `reached`: a dial reached the
 * customer. `trying`: another dial is booked. `not_reached`: none is booked. `called_off`: the last call of the group was never dialled.
 */
export const CONTACT_STATES = ["reached", "trying", "not_reached", "called_off"] as const;

export type ContactState = (typeof CONTACT_STATES)[number];

/** The states that a filter selects. `overdue` is the part of `trying` whose next dial is late. */
export const STATE_CHOICES = [...CONTACT_STATES, "overdue"] as const;

export type StateChoice = (typeof STATE_CHOICES)[number];

/** A booked dial is overdue this long after its time, if nothing came. */
export const OVERDUE_AFTER_MINUTES = 30;

/** Whether the next dial of a contact should have taken place by now. */
export function isOverdue(nextRetryAt: Date | null, now: Date): boolean {
  return nextRetryAt !== null && now.getTime() - nextRetryAt.getTime() > OVERDUE_AFTER_MINUTES * 60_000;
}

/** The state of a contact as people read it: a contact whose next dial is late is overdue. */
export function shownState(
  { state, nextRetryAt }: { state: ContactState; nextRetryAt: Date | null },
  now: Date,
): StateChoice {
  return state === "trying" && isOverdue(nextRetryAt, now) ? "overdue" : state;
}

/** The states of contacts that are over and had a dial: the whole of the rate of people reached. */
export const OVER_STATES = ["reached", "not_reached"] as const satisfies readonly ContactState[];
