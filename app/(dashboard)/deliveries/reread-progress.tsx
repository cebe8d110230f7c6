import { getTranslations } from "next-intl/server";

import { RefreshWhile } from "@/components/refresh-while";
import { Notice } from "@/components/ui/notice";
import { Progress } from "@/components/ui/progress";
import { readReinterpretation } from "@/db/reinterpretation/progress";
import { RULES_VERSION } from "@/lib/sarj/rules-version";
import { afterAnswer } from "@/server/after-answer";
import { reinterpretDue } from "@/server/jobs/reinterpret";

/**
 * How far the reinterpretation is, while one is under way; afterwards, how many could not be read, if any. Where no timer runs, on Vercel, each
 * view of the page continues the work.
 */
export async function RereadProgress() {
  const [state, t] = await Promise.all([readReinterpretation(), getTranslations("deliveries.reread")]);
  if (state === null || state.finishedAt === null || state.version < RULES_VERSION) {
    afterAnswer("reinterpret", reinterpretDue);
  }
  if (state === null || (state.finishedAt !== null && state.failed === 0)) {
    return null;
  }
  if (state.finishedAt !== null) {
    return (
      <Notice tone="warning" title={t("failedTitle", { count: state.failed })}>
        {t("failedBody")}
      </Notice>
    );
  }
  const total = Math.max(state.done, state.total);
  return (
    <Notice tone="info" title={t("runningTitle")}>
      <p className="tabular">{t("runningBody", { done: state.done, total })}</p>
      <Progress value={total === 0 ? 0 : state.done / total} label={t("runningTitle")} className="mt-2 max-w-120" />
      <RefreshWhile everySeconds={3} />
    </Notice>
  );
}
