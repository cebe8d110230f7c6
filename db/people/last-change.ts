import { eq, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { user } from "@/db/schema/people";

/**
 * Notes where the log of the primary ends, now that a user has changed something. The user reads from the replica again when it has come so far. It is
 * on the user's row, which each request reads on the primary, so all server processes and all browsers of the user know it.
 */
export async function noteChange(userId: string): Promise<void> {
  await db
    .update(user)
    // Not the end of what is flushed: with `synchronous_commit = off` the change may be after it.
    .set({ lastChangePosition: sql`pg_current_wal_insert_lsn()` })
    .where(eq(user.id, userId));
}
