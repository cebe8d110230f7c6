import { useTranslations } from "next-intl";

import { Badge } from "@/components/ui/badge";
import { Spinner } from "@/components/ui/spinner";
import type { ImportSummary } from "@/db/imports/list";

/** The state of an import. `isPaused`: no API key is configured, or the vendor refuses it. */
export function StatusBadge({
  summary,
  isPaused,
}: {
  summary: Pick<ImportSummary, "counts" | "cancelledAt">;
  isPaused: boolean;
}) {
  const t = useTranslations("settings.import.status");
  if (summary.counts.pending > 0) {
    return isPaused ? (
      <Badge tone="warning">{t("paused")}</Badge>
    ) : (
      <Badge tone="info">
        <Spinner className="text-current" />
        {t("running")}
      </Badge>
    );
  }
  return summary.cancelledAt === null ? <Badge tone="success">{t("done")}</Badge> : <Badge>{t("cancelled")}</Badge>;
}
