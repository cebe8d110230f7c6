/** Where an import's list of calls came from: the page's text field, an uploaded file, or `npm run import`. */
export const IMPORT_SOURCES = ["pasted", "file", "command"] as const;
export type ImportSource = (typeof IMPORT_SOURCES)[number];

/** What became of one call of an import, in the order in which pages list the states. */
export const IMPORT_ITEM_STATES = ["pending", "imported", "already_there", "not_found", "failed", "cancelled"] as const;
export type ImportItemState = (typeof IMPORT_ITEM_STATES)[number];
/** The states of an item that needs no more work. */
export type ImportItemResult = Exclude<ImportItemState, "pending">;
