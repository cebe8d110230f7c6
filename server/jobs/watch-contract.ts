import { FLAGGED_TABLES, foldSightings, skipSighting } from "@/db/deliveries/sightings";
import { isConnectionUsable, isStatementRefused } from "@/db/driver/sql-state";
import { isStopping } from "@/lib/http/node-server/shutdown";
import { errorCode, log } from "@/lib/log";

/** Counts what deliveries and answers of the API contain beyond the vendor's contract (`db/deliveries/sightings.ts`). */

const BATCH = 500;

/**
 * Counts until nothing is left to count or `budgetMs` has passed. Returns the number of rows counted. A row that cannot be counted is found by
 * smaller and smaller batches, and left out. Throws if the database is unavailable.
 */
export async function watchContract(budgetMs = 10_000): Promise<number> {
  let total = 0;
  for (const table of FLAGGED_TABLES) {
    const deadline = Date.now() + budgetMs / FLAGGED_TABLES.length;
    let limit = BATCH;
    let counted = BATCH;
    while (counted > 0 && Date.now() < deadline && !isStopping()) {
      try {
        counted = await foldSightings(table, limit);
        total += counted;
        limit = Math.min(BATCH, limit * 2);
      } catch (error) {
        if (!isConnectionUsable(error)) {
          throw error;
        }
        if (limit > 1) {
          limit = Math.ceil(limit / 8);
        } else if (!isRowAtFault(error)) {
          throw error;
        } else {
          log("warn", "sighting_skipped", { job: table, error_code: errorCode(error) });
          counted = await skipSighting(table);
        }
      }
    }
  }
  return total;
}

/** The content of the row was refused, or could not be read (internal error, such as a damaged page: XX). */
function isRowAtFault(error: unknown): boolean {
  return isStatementRefused(error) || errorCode(error).startsWith("XX");
}
