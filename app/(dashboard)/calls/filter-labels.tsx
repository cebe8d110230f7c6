import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { UNKNOWN } from "@/lib/call/filter";
import { goalKind } from "@/lib/call/goal";
import { isOutcome } from "@/lib/call/outcome";
import { wordMessage } from "@/lib/i18n/word-message";

export type FacetName = "outcome" | "goal" | "direction" | "language" | "scenario";

/** Functions that name the values of a filter in the reader's language. An unknown value is shown verbatim. */
export function useFilterLabels() {
  const t = useTranslations("outcomes");
  const tState = useTranslations("common.state");
  const textOf = (name: FacetName, value: string): string | null => {
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
    return name === "scenario" ? null : wordMessage(t, name, value);
  };
  return {
    textOf: (name: FacetName, value: string): string => textOf(name, value) ?? value,
    valueOf: (name: FacetName, value: string): ReactNode => textOf(name, value) ?? <bdi translate="no">{value}</bdi>,
  };
}
