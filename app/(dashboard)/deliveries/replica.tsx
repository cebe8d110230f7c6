import { getFormatter, getTranslations } from "next-intl/server";

import { Notice } from "@/components/ui/notice";
import { formats } from "@/lib/i18n/formats";
import type { Operation } from "@/server/ingest/operation";

import { formatAge } from "../format-age";

/** The condition of the replica, and where lists and figures are read. Nothing without a replica. */
export async function Replica({ replica }: Pick<Operation, "replica">) {
  if (replica === undefined) {
    return null;
  }
  const [t, format] = await Promise.all([getTranslations("deliveries.replica"), getFormatter()]);
  const { status, as_of: asOf, behind_seconds: behind } = replica;
  if (status === "unavailable" || status === "not_a_replica" || asOf === null || behind === null) {
    return (
      <Notice tone="warning" title={t(status === "not_a_replica" ? "notAReplicaTitle" : "unavailableTitle")}>
        {t(status === "not_a_replica" ? "notAReplicaBody" : "unavailableBody")}
      </Notice>
    );
  }
  const values = {
    time: format.dateTime(new Date(asOf), formats.dateTime.clock),
    age: formatAge(behind * 1000, format),
  };
  return status === "current" ? (
    <p className="text-muted-foreground text-sm">{t("current", values)}</p>
  ) : (
    <Notice tone="warning" title={t("behindTitle")}>
      {t("behindBody", values)}
    </Notice>
  );
}
