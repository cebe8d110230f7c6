/** The lengths of time that statistics are summed for. */
export const CELL_SPANS = ["day", "month"] as const;

/** What the dials of a day are split by: `all` is not split. */
export const SLICE_DIMENSIONS = ["all", "outcome", "goal", "direction", "language", "scenario", "attempt"] as const;

/** What the counts of calls and contacts of a day are split by. */
export const COUNT_DIMENSIONS = [...SLICE_DIMENSIONS, "dial"] as const;

/** What the calls of a slice are divided by: each part has all of them. */
export const SLICE_PARTS = ["outcome", "scenario", "attempt"] as const;
