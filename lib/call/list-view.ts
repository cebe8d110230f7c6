import { z } from "zod";

import { cursorText } from "@/lib/url/cursor";

/** The orders of a list of calls: by time or by duration. A minus sign means descending. */
export const CALL_SORTS = ["-time", "time", "-duration", "duration"] as const;
export type CallSort = (typeof CALL_SORTS)[number];

/** What the rows of a list are: calls, or contacts with a call that the filter selects. */
export const LIST_ROWS = ["calls", "contacts"] as const;
type ListRows = (typeof LIST_ROWS)[number];

/** The state of a list of calls besides its filter: the order, the position, the number of rows per page, and what the rows are. */
export type CallListView = { sort: CallSort; cursor: string | null; perPage: number; by: ListRows };

/** The order and the position of a page of either kind of rows. */
export type PageView = Omit<CallListView, "by">;

export const PER_PAGE_CHOICES = [25, 50, 100] as const;
const MAX_PER_PAGE = 200;
export const DEFAULT_VIEW: CallListView = { sort: "-time", cursor: null, perPage: 50, by: "calls" };

/** The readers of a view's URL parameters, for `readParameters`. */
export const VIEW_READERS = {
  sort: z.enum(CALL_SORTS),
  cursor: cursorText,
  by: z.enum(LIST_ROWS),
  per_page: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_PER_PAGE)),
};
