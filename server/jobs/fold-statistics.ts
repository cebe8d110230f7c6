import { foldStatistics, isFoldDue } from "@/db/statistics/fold";
import { isStopping } from "@/lib/http/node-server/shutdown";
import { log } from "@/lib/log";
import { compareDays } from "@/server/differing-days";

/**
 * Folds what has changed of calls into the statistics that pages read (`db/statistics/fold.ts`), and builds them after an upgrade and when the
 * organization's time zone has changed. Pages are exact without it, but read more and more the longer it has not run.
 */

/** Folds until nothing is left, another process is at it, or `budgetMs` has passed. Returns how many changes and calls were counted. */
export async function foldStatisticsDue(budgetMs = 20_000): Promise<number> {
  const deadline = Date.now() + budgetMs;
  let counted = 0;
  let isBuilt = false;
  let isMore = await isFoldDue();
  while (isMore && Date.now() < deadline && !isStopping()) {
    const result = await foldStatistics();
    switch (result.did) {
      case "folded":
        counted += result.changes;
        ({ isMore } = result);
        break;
      case "built":
        counted += result.calls;
        isBuilt = true;
        log("info", "statistics_built", { count: result.calls });
        break;
      case "building":
        break;
      case "discarded":
        log("warn", "statistics_discarded", { reason: result.because });
        break;
      case "waited":
        isMore = false;
    }
  }
  // Cells are built for another zone, or by other rules of it.
  await compareDays({ isNewZone: isBuilt });
  return counted;
}
