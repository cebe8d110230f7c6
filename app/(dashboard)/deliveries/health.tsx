import type { Route } from "next";
import { getFormatter, getNow, getTranslations } from "next-intl/server";
import Link from "next/link";

import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { Skeleton } from "@/components/ui/skeleton";
import { StatTile } from "@/components/ui/stat-tile";
import type { EnrichmentState } from "@/lib/call/enrichment";
import { NO_FILTER } from "@/lib/call/filter";
import { callsHref } from "@/lib/call/link";
import { deliveriesHref, NO_DELIVERY_FILTER } from "@/lib/delivery/filter";
import { isQuarantineReason, type QuarantineReason } from "@/lib/delivery/quarantine-reason";
import { formats } from "@/lib/i18n/formats";
import { type IngestHealth, readIngestHealth } from "@/server/ingest/health";

import { Damaged } from "./damaged";
import { formatLength } from "./format-length";
import { ReplayReasonButton } from "./replay-dialog";
import { Replica } from "./replica";
import { RetryFailed } from "./retry-failed";
import { StorageAlerts } from "./storage-alerts";

/** The health of ingest: alerts, then statistics that link to the deliveries or calls they count. */
export async function Health({ zone, isAdministrator }: { zone: string; isAdministrator: boolean }) {
  const health = await readIngestHealth(zone, await getNow());
  return (
    <div className="space-y-3">
      <StorageAlerts health={health} />
      <Alerts health={health} isAdministrator={isAdministrator} />
      <Tiles health={health} />
      <Replica {...health.operation} />
      {isAdministrator && <Damaged />}
      {health.quarantined.length > 0 && (
        <Quarantine quarantined={health.quarantined} isAdministrator={isAdministrator} />
      )}
    </div>
  );
}

async function Alerts({ health, isAdministrator }: { health: IngestHealth; isAdministrator: boolean }) {
  const [t, format] = await Promise.all([getTranslations("deliveries.alert"), getFormatter()]);
  const { silence, unfinished } = health;
  const unexpected = health.quarantined.find(({ reason }) => reason === "unexpected_address")?.count ?? 0;
  const connectionAction = (label: string) =>
    isAdministrator ? { action: <AlertLink href={"/settings/vendor" as Route}>{label}</AlertLink> } : {};
  return (
    <>
      {silence !== null && silence.usual !== null && (
        <Notice
          tone="warning"
          title={t("silenceTitle", { duration: formatLength(silence.milliseconds, format) })}
          {...connectionAction(t("silenceAction"))}
        >
          {t(silence.unit === "weeks" ? "silenceWeeks" : "silenceDays", {
            usual: Math.round(silence.usual),
            count: silence.comparedWith,
          })}
        </Notice>
      )}
      {unexpected > 0 && (
        <Notice
          tone="danger"
          title={t("addressTitle", { count: unexpected })}
          action={
            <AlertLink href={deliveriesHref({ ...NO_DELIVERY_FILTER, reason: ["unexpected_address"] }) as Route}>
              {t("addressAction", { count: unexpected })}
            </AlertLink>
          }
        >
          {t("addressBody", { count: unexpected })}
        </Notice>
      )}
      {health.api === "stopped" && (
        <Notice tone="danger" title={t("stoppedTitle")} {...connectionAction(t("stoppedAction"))}>
          {t("stoppedBody")}
        </Notice>
      )}
      {unfinished.failed > 0 && (
        <Notice
          tone="info"
          title={t("failedTitle", { count: unfinished.failed })}
          action={
            <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
              <AlertLink href={callsIn("failed")}>{t("failedShow")}</AlertLink>
              {health.api === "on" && <RetryFailed />}
            </span>
          }
        >
          {t("failedBody")}
        </Notice>
      )}
    </>
  );
}

function AlertLink({ href, children }: { href: Route; children: string }) {
  return (
    <Link href={href} className="font-medium whitespace-nowrap underline underline-offset-2">
      {children}
    </Link>
  );
}

async function Tiles({ health }: { health: IngestHealth }) {
  const [t, format, now] = await Promise.all([getTranslations("deliveries.health"), getFormatter(), getNow()]);
  const { hour, unfinished, lastDeliveryAt, operation, api } = health;
  const quarantinedCount = health.quarantined.reduce((sum, { count }) => sum + count, 0);
  const waiting = unfinished.pending + unfinished.awaiting_report;
  return (
    <section aria-label={t("label")} className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
      <StatTile
        label={t("last")}
        value={
          <span className="text-lg">
            {lastDeliveryAt === null ? t("lastNone") : format.relativeTime(lastDeliveryAt, now)}
          </span>
        }
        detail={lastDeliveryAt === null ? t("lastNoneDetail") : format.dateTime(lastDeliveryAt, formats.dateTime.full)}
      />
      <StatTile
        label={t("rate")}
        value={format.number(hour.count)}
        detail={
          hour.usual === null
            ? t("rateUnknown")
            : t(hour.unit === "weeks" ? "rateWeeks" : "rateDays", { usual: Math.round(hour.usual) })
        }
        href={`/deliveries?from=${hour.since.toISOString()}` as Route}
      />
      <StatTile
        label={t("quarantined")}
        value={format.number(quarantinedCount)}
        detail={quarantinedCount === 0 ? t("quarantinedNone") : t("quarantinedSome")}
        href={deliveriesHref({ ...NO_DELIVERY_FILTER, verdict: ["quarantined"] }) as Route}
      />
      <StatTile
        label={t("unverified")}
        value={format.number(unfinished.not_found)}
        detail={
          unfinished.not_found > 0 ? t("unverifiedDetail") : t(api === "off" ? "unverifiedOff" : "unverifiedNone")
        }
        href={callsIn("not_found")}
      />
      <StatTile
        label={t("queue")}
        value={format.number(waiting)}
        detail={
          api === "off"
            ? t("queueOff")
            : api === "stopped"
              ? t("queueStopped")
              : t("queueDetail", { reports: unfinished.awaiting_report })
        }
        href={callsIn("pending", "awaiting_report")}
      />
      <StatTile
        label={t("spool")}
        value={format.number(operation.spooled)}
        detail={operation.spool === "off" ? t("spoolOff") : operation.spooled === 0 ? t("spoolNone") : t("spoolSome")}
      />
    </section>
  );
}

async function Quarantine({
  quarantined,
  isAdministrator,
}: {
  quarantined: IngestHealth["quarantined"];
  isAdministrator: boolean;
}) {
  const [t, format] = await Promise.all([getTranslations("deliveries"), getFormatter()]);
  return (
    <Card title={t("quarantine.title")} description={t("quarantine.description")}>
      <ul className="-mb-2 grid gap-x-8 md:grid-cols-2 2xl:grid-cols-3">
        {quarantined.map(({ reason, count }) => (
          <li key={reason} className="flex min-w-0 items-center gap-2 border-t py-1.5">
            <span
              className="min-w-0 flex-1 truncate"
              {...(isQuarantineReason(reason) ? { title: t(`reasonHint.${reason}`) } : {})}
            >
              {reasonName(reason, t)}
            </span>
            {isQuarantineReason(reason) ? (
              <>
                <Link
                  href={deliveriesHref({ ...NO_DELIVERY_FILTER, verdict: ["quarantined"], reason: [reason] }) as Route}
                  className="rounded-sm px-1 font-medium text-accent-text tabular underline-offset-2 hover:underline"
                >
                  <span className="sr-only">{t(`reason.${reason}`)}: </span>
                  {format.number(count)}
                </Link>
                {isAdministrator && <ReplayReasonButton reason={reason} count={count} />}
              </>
            ) : (
              <span className="font-medium tabular">{format.number(count)}</span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function reasonName(reason: QuarantineReason, t: Awaited<ReturnType<typeof getTranslations<"deliveries">>>): string {
  return isQuarantineReason(reason) ? t(`reason.${reason}`) : reason;
}

function callsIn(...enrichment: EnrichmentState[]): Route {
  return callsHref({ ...NO_FILTER, enrichment, test: false }) as Route;
}

export function HealthSkeleton() {
  return (
    <div aria-busy className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
      {["last", "rate", "quarantined", "unverified", "queue", "spool"].map((tile) => (
        <div key={tile} className="space-y-2.5 rounded-lg border bg-surface px-4 py-3.5 shadow-xs">
          <Skeleton className="h-3.5 w-24" />
          <Skeleton className="h-6 w-14" />
          <Skeleton className="h-3 w-36" />
        </div>
      ))}
    </div>
  );
}
