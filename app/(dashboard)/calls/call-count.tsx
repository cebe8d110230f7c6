import { getTranslations } from "next-intl/server";

import type { BoundedCount } from "@/db/bounded-count";

/** How many calls there are, and in which zone their times are. The list beside it says so when the database is away. */
export async function CallCount({ counting, zone }: { counting: Promise<BoundedCount | null>; zone: string }) {
  const [t, tCommon] = await Promise.all([getTranslations("calls"), getTranslations("common.time")]);
  const found = await counting;
  const words =
    found === null
      ? null
      : found.isBounded
        ? t("countMore", { count: found.count })
        : t("count", { count: found.count });
  return (
    <span data-testid="call-count">
      {words !== null && <span className="font-medium text-foreground tabular">{words}</span>}
      {words !== null && " · "}
      {tCommon("zone", { zone })}
    </span>
  );
}

export function CallCountSkeleton() {
  // Inside a paragraph: no block.
  return <span aria-hidden className="inline-block h-3.5 w-48 animate-shimmer rounded-sm bg-hover align-middle" />;
}
