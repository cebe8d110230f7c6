/** In UTF-16 code units. Not in `interpret.ts`, which needs Node, because client components use this. */
export const MAX_CALL_ID_LENGTH = 200;
