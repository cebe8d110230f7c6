import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { UNKNOWN } from "@/lib/call/filter";
import { goalKind } from "@/lib/call/goal";
import { isOutcome } from "@/lib/call/outcome";

type Named = "outcome" | "goal" | "direction" | "language" | "scenario";

/** The values of a filter in the reader's language; an unknown value is shown verbatim. */
export function useFilterWords() {
  const t = useTranslations("outcomes");
  const tState = useTranslations("common.state");
  const textOf = (name: Named, value: string): string | null => {
    if (name === "outcome") {
      return value === UNKNOWN ? t("outcome.unknown") : isOutcome(value) ? t(`outcome.${value}`) : null;
    }
    if (name === "goal") {
      const kind = value === UNKNOWN ? "not_assessed" : goalKind(value);
      return kind === "other" ? null : t(`goal.${kind}`);
    }
    if (value === UNKNOWN) {
      return tState("unknown");
    }
    const key = `${name}.${value}` as Parameters<typeof t.has>[0];
    return name !== "scenario" && /^\w+$/.test(value) && t.has(key) ? t(key) : null;
  };
  return {
    textOf: (name: Named, value: string): string => textOf(name, value) ?? value,
    valueOf: (name: Named, value: string): ReactNode => textOf(name, value) ?? <bdi translate="no">{value}</bdi>,
  };
}
