import { foldSightings } from "@/db/deliveries/sightings";
import { isStopping } from "@/lib/http/node-server/shutdown";

/** Counts what deliveries and answers of the API contain beyond the vendor's contract (`db/deliveries/sightings.ts`). */

const BATCH = 500;

/** Counts until nothing is left to count or `budgetMs` has passed. Returns the number of rows counted. */
export async function watchContract(budgetMs = 10_000): Promise<number> {
  const deadline = Date.now() + budgetMs;
  let total = 0;
  for (;;) {
    const counted = await foldSightings(BATCH);
    total += counted;
    if (counted === 0 || Date.now() >= deadline || isStopping()) {
      return total;
    }
  }
}
