import { sql, type SQL } from "drizzle-orm";

/** A `text[]` parameter, passed as JSON because the pool for deliveries has no array types. */
export function textArray(values: readonly string[]): SQL {
  return sql`array(select jsonb_array_elements_text(${JSON.stringify(values)}::text::jsonb))`;
}
