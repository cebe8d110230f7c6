import { useTranslations } from "next-intl";

import { isOutcome } from "@/lib/call/outcome";

/** What a call's ending is made of. Both are the vendor's words. */
export type Ending = { outcome: string | null; status: string | null };

/**
 * A function that names how a call ended, as plain text. A call that no webhook has told of is named by its status, such as "Scheduled". An
 * unknown outcome is named verbatim.
 */
export function useEndingText(): (ending: Ending) => string {
  const t = useTranslations("outcomes");
  return ({ outcome, status }) => {
    if (outcome !== null) {
      return isOutcome(outcome) ? t(`outcome.${outcome}`) : outcome;
    }
    const key = `status.${status}` as Parameters<typeof t.has>[0];
    return status !== null && /^\w+$/.test(status) && t.has(key) ? t(key) : t("outcome.unknown");
  };
}
