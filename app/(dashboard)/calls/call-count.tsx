import { getTranslations } from "next-intl/server";

import type { BoundedCount } from "@/db/bounded-count";
import type { CallListView } from "@/lib/call/list-view";

/** The number of rows and the time zone of the list. If the count failed, only the time zone is shown; the list shows the error. */
export async function CallCount({
  by,
  counting,
  zone,
}: {
  by: CallListView["by"];
  counting: Promise<BoundedCount | null>;
  zone: string;
}) {
  const [t, tCommon] = await Promise.all([getTranslations(by), getTranslations("common.time")]);
  const found = await counting;
  const text =
    found === null
      ? null
      : found.isBounded
        ? t("countMore", { count: found.count })
        : t("count", { count: found.count });
  return (
    <span data-testid="call-count">
      {text !== null && <span className="font-medium text-foreground tabular">{text}</span>}
      {text !== null && " · "}
      {tCommon("zone", { zone })}
    </span>
  );
}

export function CallCountSkeleton() {
  // An inline element, because it is inside a paragraph.
  return <span aria-hidden className="inline-block h-3.5 w-48 animate-shimmer rounded-sm bg-hover align-middle" />;
}
