import { getFormatter, getTranslations } from "next-intl/server";

import { Notice } from "@/components/ui/notice";
import type { IngestHealth } from "@/server/ingest/health";

import { formatLength } from "./format-length";

/** Alerts about where deliveries are stored: the database that refuses writes, and the spool's disk. */
export async function StorageAlerts({ health }: { health: IngestHealth }) {
  const [t, format] = await Promise.all([getTranslations("deliveries.alert"), getFormatter()]);
  const { writes, write_error: code, spool, spool_room: room, damaged, unreadable } = health.operation;
  const canSpool = spool === "ok" || spool === "low";
  return (
    <>
      {writes === "failing" && (
        <Notice tone="danger" title={t("writesTitle")}>
          {t(canSpool ? "writesSpooled" : "writesRefused", { code: code ?? "" })}
        </Notice>
      )}
      {damaged > 0 && (
        <Notice tone="danger" title={t("damagedTitle", { count: damaged })}>
          {t("damagedBody")}
        </Notice>
      )}
      {(unreadable > 0 || spool === "failing") && (
        <Notice tone="danger" title={t("unreadableTitle", { count: Math.max(unreadable, 1) })}>
          {t("unreadableBody")}
        </Notice>
      )}
      {(spool === "low" || spool === "full") && (
        <Notice
          tone={spool === "full" ? "danger" : "warning"}
          title={spool === "full" ? t("spoolFullTitle") : t("spoolLowTitle", { count: room ?? 0 })}
        >
          {spool === "low" && health.spoolLastsMs !== null
            ? t("spoolLasts", { duration: formatLength(health.spoolLastsMs, format) })
            : t("spoolFree")}
        </Notice>
      )}
    </>
  );
}
