/** What became of one call: it reached the customer, it was dialled in vain, or it was never dialled. */
export const DIAL_RESULTS = ["reached", "not_reached", "not_dialled"] as const;

export type DialResult = (typeof DIAL_RESULTS)[number];

/**
 * The states of a contact, which is the story of one person in one scenario: all calls of a retry group. `reached`: a dial reached the
 * customer. `trying`: another dial is booked. `not_reached`: none is booked. `called_off`: the last call of the group was never dialled.
 */
export const CONTACT_STATES = ["reached", "trying", "not_reached", "called_off"] as const;

export type ContactState = (typeof CONTACT_STATES)[number];
