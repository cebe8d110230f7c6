import { Inbox, SearchX } from "lucide-react";
import type { Route } from "next";
import { useFormatter, useTranslations } from "next-intl";
import { getFormatter, getTranslations } from "next-intl/server";

import { cn } from "@/components/cn";
import { FollowedLinks } from "@/components/followed-links";
import { SendContentOnce } from "@/components/send-content-once";
import { Checkbox } from "@/components/ui/checkbox";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { Id, Ltr } from "@/components/ui/ltr";
import { Pagination } from "@/components/ui/pagination";
import { Skeleton } from "@/components/ui/skeleton";
import { stacked, Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { countDeliveries, listDeliveries, type LoggedDelivery } from "@/db/deliveries/list";
import { callHref } from "@/lib/call/link";
import {
  type DeliveryFilter,
  type DeliveryListView,
  deliveriesHref,
  isDeliveryFiltered,
  NO_DELIVERY_FILTER,
} from "@/lib/delivery/filter";
import { isQuarantineReason } from "@/lib/delivery/quarantine-reason";
import { formats } from "@/lib/i18n/formats";
import { maskFieldsFor, type NumberAccess } from "@/lib/phone/access";

import { OutcomeBadge } from "../_call/outcome-badge";
import { ConnectVendor } from "../connect-vendor";
import { ByteSize } from "./byte-size";
import { Selection } from "./selection";
import { VerdictBadge } from "./verdict-badge";

type LogProps = { filter: DeliveryFilter; view: DeliveryListView; isAdministrator: boolean; access: NumberAccess };

/** All matching deliveries, newest first. */
export async function DeliveryLog({ filter, view, isAdministrator, access }: LogProps) {
  const [page, found, t, format] = await Promise.all([
    listDeliveries(filter, view),
    countDeliveries(filter),
    getTranslations("deliveries"),
    getFormatter(),
  ]);
  if (page.rows.length === 0) {
    return <EmptyLog filter={filter} isAdministrator={isAdministrator} />;
  }
  const pageHref = (cursor: string | null) =>
    cursor === null ? null : (deliveriesHref(filter, { ...view, cursor }) as Route);
  return (
    <Selection reasons={Object.fromEntries(page.rows.map(({ id, reason }) => [id, reason]))}>
      <div className="overflow-hidden rounded-lg border bg-surface shadow-xs">
        <TableScroll label={t("log.title")}>
          <FollowedLinks>
            <SendContentOnce>
              <Table className={`linked ${stacked.table}`}>
                {/* On narrow screens, the table head shows only the checkbox that selects all rows. */}
                <thead className="max-md:block">
                  <tr className="max-md:block max-md:border-b max-md:bg-sunken max-md:px-4 max-md:py-2">
                    <Th className="w-0 pe-0 max-md:block max-md:h-auto max-md:w-auto max-md:border-b-0 max-md:first:ps-0">
                      <Checkbox name="all" label={<span className="md:sr-only">{t("log.selectAll")}</span>} />
                    </Th>
                    <Th className="max-md:sr-only">{t("log.time")}</Th>
                    <Th className="max-md:sr-only">{t("log.verdict")}</Th>
                    <Th className="max-md:sr-only">{t("log.outcome")}</Th>
                    <Th className="max-md:sr-only">{t("log.call")}</Th>
                    <Th numeric className="max-md:sr-only">
                      {t("log.size")}
                    </Th>
                    <Th numeric className="max-md:hidden">
                      <span title={t("log.timesHint")}>{t("log.times")}</span>
                    </Th>
                    <Th className="max-md:hidden">{t("log.source")}</Th>
                    <Th className="max-md:hidden">{t("log.secret")}</Th>
                  </tr>
                </thead>
                <tbody>
                  {page.rows.map((delivery) => (
                    <LogRow
                      key={delivery.id}
                      delivery={maskFieldsFor(access, delivery, ["outcome"])}
                      selectLabel={t("log.select", {
                        time: format.dateTime(delivery.receivedAt, formats.dateTime.full),
                      })}
                    />
                  ))}
                </tbody>
              </Table>
            </SendContentOnce>
          </FollowedLinks>
        </TableScroll>
      </div>
      <Pagination className="mt-3" previous={pageHref(page.previousCursor)} next={pageHref(page.nextCursor)}>
        {found.isBounded ? t("log.countBounded", { count: found.count }) : t("log.count", { count: found.count })}
      </Pagination>
    </Selection>
  );
}

function LogRow({ delivery, selectLabel }: { delivery: LoggedDelivery; selectLabel: string }) {
  const t = useTranslations("deliveries");
  const format = useFormatter();
  const { id, callId, verdict, reason, outcome, timesReceived, sourceIp, secretLabel, replayedAt, flagCount } =
    delivery;
  return (
    <Tr className="grid-cols-[auto_minmax(0,1fr)_auto]">
      <Td className="w-0 pe-0 max-md:w-auto">
        <Checkbox name="delivery" value={id} label={selectLabel} hideLabel className="relative z-10" />
      </Td>
      <Td>
        {/* The link covers the whole row; the other controls are stacked above the link. */}
        <a href={`/deliveries/${id}`} data-row-link="" className="font-medium">
          <Time value={delivery.receivedAt} format="compact" />
        </a>
      </Td>
      <Td className="max-md:col-span-2 max-md:col-start-2">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5 whitespace-nowrap">
          <VerdictBadge verdict={verdict} />
          {reason !== null && <span>{isQuarantineReason(reason) ? t(`reason.${reason}`) : reason}</span>}
          {flagCount > 0 && <span className="text-xs text-muted">{t("log.flags", { count: flagCount })}</span>}
          {replayedAt !== null && (
            <span className="text-xs text-muted">
              {t("log.replayed", { time: format.dateTime(replayedAt, formats.dateTime.dateTime) })}
            </span>
          )}
        </span>
      </Td>
      <Td className={cn("max-md:col-span-2 max-md:col-start-2", outcome === null && "max-md:hidden")}>
        {outcome === null ? <Missing>{t("log.unknown")}</Missing> : <OutcomeBadge type={outcome} plain />}
      </Td>
      <Td className={cn("max-md:col-span-2 max-md:col-start-2", callId === "" && "max-md:hidden")}>
        {callId === "" ? (
          <Missing>{t("log.noCall")}</Missing>
        ) : verdict === "quarantined" ? (
          // The delivery was not applied, so the call may not exist.
          <CallId>{callId}</CallId>
        ) : (
          <a href={callHref(callId)} className="figure relative z-10">
            <CallId>{callId}</CallId>
          </a>
        )}
      </Td>
      <Td numeric className="max-md:col-start-3 max-md:row-start-1 max-md:text-muted">
        <ByteSize bytes={delivery.size} />
      </Td>
      <Td numeric className={`max-md:hidden ${timesReceived > 1 ? "font-medium" : "text-muted"}`}>
        <Ltr>{format.number(timesReceived)}×</Ltr>
      </Td>
      <Td className="max-md:hidden">
        {sourceIp === null ? <Missing>{t("log.unknown")}</Missing> : <Id className="break-normal">{sourceIp}</Id>}
      </Td>
      <Td className="max-md:hidden">
        <Id className="break-normal text-muted">{secretLabel}</Id>
      </Td>
    </Tr>
  );
}

/** A call id on one line. An id longer than Sarj's ids is truncated; its tooltip shows the whole id. */
function CallId({ children }: { children: string }) {
  return (
    <span title={children} className="inline-block max-w-[min(18rem,100%)] truncate align-middle md:max-w-72">
      <Id className="break-normal">{children}</Id>
    </span>
  );
}

function Missing({ children }: { children: string }) {
  return <span className="text-subtle">{children}</span>;
}

async function EmptyLog({ filter, isAdministrator }: { filter: DeliveryFilter; isAdministrator: boolean }) {
  const [t, tCommon] = await Promise.all([getTranslations("deliveries.log"), getTranslations("common.action")]);
  const isFiltered = isDeliveryFiltered(filter);
  return (
    <div className="rounded-lg border bg-surface shadow-xs">
      <EmptyState
        icon={isFiltered ? SearchX : Inbox}
        title={t(isFiltered ? "emptyFilteredTitle" : "emptyTitle")}
        action={
          isFiltered ? (
            <LinkButton href={deliveriesHref(NO_DELIVERY_FILTER) as Route}>{tCommon("clearAll")}</LinkButton>
          ) : (
            isAdministrator && <ConnectVendor />
          )
        }
      >
        {t(isFiltered ? "emptyFilteredBody" : isAdministrator ? "emptyBody" : "emptyBodyOthers")}
      </EmptyState>
    </div>
  );
}

export function DeliveryLogSkeleton() {
  return (
    <div aria-busy className="overflow-hidden rounded-lg border bg-surface shadow-xs">
      <div className="h-8 border-b bg-sunken" />
      {["w-40", "w-32", "w-44", "w-36", "w-40", "w-28", "w-44", "w-36"].map((width, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- the order never changes
        <div key={index} className="flex h-10 items-center gap-6 border-b px-4 last:border-b-0">
          <Skeleton className="size-4" />
          <Skeleton className="w-28" />
          <Skeleton className="w-20" />
          <Skeleton className={width} />
        </div>
      ))}
    </div>
  );
}
