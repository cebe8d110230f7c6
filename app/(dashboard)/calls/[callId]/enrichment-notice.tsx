import { getTranslations } from "next-intl/server";

import { RefreshWhile } from "@/components/refresh-while";
import { Notice } from "@/components/ui/notice";
import type { Call } from "@/db/schema/calls";
import { API_ERRORS } from "@/lib/sarj/api";
import { hasApiKey, readKeyRefusal } from "@/server/vendor-api";

import { FetchAgain } from "./fetch-again";

/** After this many refreshes, an open page no longer asks: a call that is so late may stay incomplete for hours. */
const MAX_REFRESHES = 30;

/** What is still missing of a call, and why; nothing once the call is complete. */
export async function EnrichmentNotice({ call, canRetry }: { call: Call; canRetry: boolean }) {
  const t = await getTranslations("call.enrichment");
  const errors = await getTranslations("call.apiError");
  const { enrichmentState: state, enrichmentError: error } = call;
  const reason = errors(API_ERRORS.find((known) => known === error) ?? "unknown");
  const again = canRetry ? <FetchAgain callId={call.callId} /> : undefined;

  switch (state) {
    case "done":
      return null;
    case "not_found":
      return (
        <Notice tone="warning" title={t("notFoundTitle")} action={again}>
          {t("notFound")}
        </Notice>
      );
    case "failed":
      return (
        <Notice tone="warning" title={t("failedTitle")} action={again}>
          {t("failed", { reason })}
        </Notice>
      );
    case "awaiting_report":
      return (
        <>
          <Notice>{t("awaitingReport")}</Notice>
          <RefreshWhile everySeconds={20} maxRefreshes={MAX_REFRESHES} />
        </>
      );
    case "pending": {
      if (!hasApiKey()) {
        // The webhook of a call that reached somebody contains nearly everything.
        return call.outcome === "complete" ? null : <Notice title={t("offTitle")}>{t("off")}</Notice>;
      }
      const refusal = await readKeyRefusal();
      if (refusal !== null) {
        return (
          <Notice tone="warning" title={t("stoppedTitle")}>
            {t("stopped", { reason: errors(refusal.error) })}
          </Notice>
        );
      }
      return (
        <>
          <Notice>{error === null ? t("pending") : t("pendingRetry", { reason })}</Notice>
          <RefreshWhile everySeconds={4} maxRefreshes={MAX_REFRESHES} />
        </>
      );
    }
  }
}
