/** Where the list of calls comes from: the text field on the page, an uploaded file, or `npm run import`. */
export const IMPORT_SOURCES = ["pasted", "file", "command"] as const;
export type ImportSource = (typeof IMPORT_SOURCES)[number];

/** The states of an import's item, in the order in which pages list them. */
export const IMPORT_ITEM_STATES = ["pending", "imported", "already_there", "not_found", "failed", "cancelled"] as const;
export type ImportItemState = (typeof IMPORT_ITEM_STATES)[number];
/** The states of a finished item. */
export type ImportItemResult = Exclude<ImportItemState, "pending">;
