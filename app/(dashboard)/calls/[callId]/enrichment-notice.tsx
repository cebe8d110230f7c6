import { getTranslations } from "next-intl/server";

import { RefreshWhile } from "@/components/refresh-while";
import { Notice } from "@/components/ui/notice";
import type { Call } from "@/db/schema/calls";
import { API_ERRORS } from "@/lib/sarj/api";
import { hasApiKey, readKeyRefusal } from "@/server/vendor-api";

import { FetchAgain } from "./fetch-again";

/** An open page stops refreshing after this many times, because a call that is still incomplete then may stay so for hours. */
const MAX_REFRESHES = 30;

/** Explains which data of a call is missing and why. Renders nothing if the call is complete. */
export async function EnrichmentNotice({ call, canRetry }: { call: Call; canRetry: boolean }) {
  const t = await getTranslations("call.enrichment");
  const errors = await getTranslations("call.apiError");
  const { enrichmentState: state, enrichmentError: error } = call;
  const reason = errors(API_ERRORS.find((known) => known === error) ?? "unknown");
  const retryButton = canRetry ? <FetchAgain callId={call.callId} /> : undefined;

  switch (state) {
    case "done":
      return null;
    case "not_found":
      return (
        <Notice tone="warning" title={t("notFoundTitle")} action={retryButton}>
          {t("notFound")}
        </Notice>
      );
    case "failed":
      return (
        <Notice tone="warning" title={t("failedTitle")} action={retryButton}>
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
        // A `complete` webhook contains nearly all data of a call, so no notice is needed.
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
