import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";
import { FreeText } from "@/components/ui/free-text";
import type { Json } from "@/lib/call/facts";

/** The largest number of values shown. */
const MAX_VALUES = 400;
/** The largest number of characters shown of one text. */
const MAX_TEXT = 5_000;

/** Any JSON in readable form: names and values on lines, nested values indented. URLs are not links, because the data is not trusted. */
export function JsonTree({ value, className }: { value: Json; className?: string }) {
  const t = useTranslations("call.tree");
  const budget = { remaining: MAX_VALUES, omitted: 0 };
  const content = render(value, budget, t("empty"));
  return (
    <div className={cn("min-w-0 text-sm", className)}>
      {content}
      {budget.omitted > 0 && <p className="pt-1 text-xs text-muted">{t("more", { count: budget.omitted })}</p>}
    </div>
  );
}

/** How many more values may be shown, and how many were omitted. */
type Budget = { remaining: number; omitted: number };

function render(value: Json, budget: Budget, empty: string): ReactNode {
  if (value === null || typeof value !== "object") {
    return <Scalar value={value} />;
  }
  const entries = Array.isArray(value) ? value.map((item, index) => [index + 1, item] as const) : Object.entries(value);
  if (entries.length === 0) {
    return <span className="text-subtle">{empty}</span>;
  }
  const shown = entries.slice(0, Math.max(0, budget.remaining));
  budget.remaining -= shown.length;
  budget.omitted += entries.length - shown.length;
  return (
    <dl className="@container divide-y">
      {shown.map(([name, item]) => (
        <div
          key={name}
          className={cn(
            "py-1.5",
            isScalar(item) && "grid gap-x-4 gap-y-0.5 @xs:grid-cols-[minmax(5rem,2fr)_minmax(0,3fr)]",
          )}
        >
          <dt className="min-w-0 break-words text-muted" translate="no">
            <bdi>{name}</bdi>
          </dt>
          <dd className={cn("min-w-0", !isScalar(item) && "mt-0.5 border-s ps-3")}>{render(item, budget, empty)}</dd>
        </div>
      ))}
    </dl>
  );
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== "object" || Object.keys(value).length === 0;
}

function Scalar({ value }: { value: string | number | boolean | null }) {
  if (typeof value === "string") {
    return (
      <bdi className="break-words whitespace-pre-wrap">
        <FreeText>{value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value}</FreeText>
      </bdi>
    );
  }
  return (
    <bdi dir="ltr" translate="no" className={cn("font-mono text-xs", value === null && "text-subtle")}>
      {String(value)}
    </bdi>
  );
}
