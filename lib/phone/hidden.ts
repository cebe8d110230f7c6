/** What a person sees instead of hidden digits. */
export const HIDDEN = "•••";
