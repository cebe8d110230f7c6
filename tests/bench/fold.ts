/**
 * Builds the statistics of a filled database by the product's own job, in a process of its own with the database's URL in its environment: the
 * generator writes without the triggers that would queue every call.
 */
import { isFoldDue } from "@/db/statistics/fold";
import { foldStatisticsDue } from "@/server/jobs/fold-statistics";

while (await isFoldDue()) {
  await foldStatisticsDue();
}
process.exit(0);
