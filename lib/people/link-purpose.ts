/** The purposes of a one-time link: accepting an invitation, or choosing a new password. */
export const LINK_PURPOSES = ["invite", "reset"] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];
