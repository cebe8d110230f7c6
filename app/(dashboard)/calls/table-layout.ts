import { z } from "zod";

import type { TableLayout } from "@/components/data-table";

/** The columns of the list in their default order. */
const COLUMN_IDS = [
  "time",
  "outcome",
  "goal",
  "phone",
  "name",
  "scenario",
  "direction",
  "language",
  "duration",
  "recording",
  "attempt",
  "state",
  "next",
  "status",
] as const;

export type ColumnId = (typeof COLUMN_IDS)[number];

/** The first column contains the row's link, so it cannot be moved or hidden. */
export const FIXED_COLUMN: ColumnId = "time";

export const DEFAULT_LAYOUT: TableLayout = {
  order: COLUMN_IDS,
  hidden: ["direction", "state", "next", "status"],
  density: "comfortable",
};

/** The layout is stored in a cookie, so that the server can render the chosen columns. */
export const LAYOUT_COOKIE = "calls_table";

const ids = z.array(z.string().max(20)).max(40);
const layoutSchema = z.tuple([ids, ids, z.enum(["comfortable", "compact"])]);

/** Reads the cookie; the default layout if it is invalid. Columns missing in the cookie come last, as visible as by default; unknown columns are left out. */
export function readLayout(cookie: string | undefined): TableLayout {
  try {
    const [order, hidden, density] = layoutSchema.parse(JSON.parse(decodeURIComponent(cookie ?? "")));
    const known = new Set<string>(COLUMN_IDS);
    const chosen = [...new Set(order)].filter((id) => known.has(id) && id !== FIXED_COLUMN);
    return {
      order: [FIXED_COLUMN, ...chosen, ...COLUMN_IDS.filter((id) => id !== FIXED_COLUMN && !chosen.includes(id))],
      hidden: [
        ...hidden.filter((id) => known.has(id) && id !== FIXED_COLUMN),
        ...DEFAULT_LAYOUT.hidden.filter((id) => !order.includes(id)),
      ],
      density,
    };
  } catch {
    return DEFAULT_LAYOUT;
  }
}

export function writeLayout({ order, hidden, density }: TableLayout): string {
  return encodeURIComponent(JSON.stringify([order, hidden, density]));
}
