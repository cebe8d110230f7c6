/** In characters. Apart from `interpret.ts`, because client components use it and `interpret.ts` needs Node. */
export const MAX_CALL_ID_LENGTH = 200;
