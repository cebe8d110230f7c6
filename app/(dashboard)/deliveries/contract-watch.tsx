import type { Route } from "next";
import { getTranslations } from "next-intl/server";
import Link from "next/link";

import { Card } from "@/components/ui/card";
import { Id } from "@/components/ui/ltr";
import { Skeleton } from "@/components/ui/skeleton";
import { stacked, Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { listSightings, type Sighting } from "@/db/deliveries/sightings";
import { deliveriesHref, NO_DELIVERY_FILTER } from "@/lib/delivery/filter";
import { type Flag, isFlagProblem, isOfApi, isUnknownType, readFlag } from "@/lib/delivery/flags";
import { maskTextFor, type NumberAccess } from "@/lib/phone/access";

const SHOWN_AT_ONCE = 6;
const MOST_SHOWN = 200;

/** What the vendor sends beyond its contract, by name, the newest first. */
export async function ContractWatch({ access }: { access: NumberAccess }) {
  const [{ sightings, isComplete }, t] = await Promise.all([
    listSightings(MOST_SHOWN),
    getTranslations("deliveries.watch"),
  ]);
  if (sightings.length === 0) {
    return (
      <Card title={t("title")}>
        <p className="text-muted">{t("none")}</p>
      </Card>
    );
  }
  const first = sightings.slice(0, SHOWN_AT_ONCE);
  const others = sightings.slice(SHOWN_AT_ONCE);
  return (
    <Card
      title={t("title")}
      description={t("description")}
      flush
      {...(isComplete ? {} : { footer: t("cut", { count: MOST_SHOWN }) })}
    >
      <Sightings sightings={first} access={access} />
      {others.length > 0 && (
        <details className="border-t">
          <summary className="px-4 py-2 text-sm text-muted select-none hover:text-foreground">
            {t("more", { count: others.length })}
          </summary>
          <Sightings sightings={others} access={access} />
        </details>
      )}
    </Card>
  );
}

async function Sightings({ sightings, access }: { sightings: readonly Sighting[]; access: NumberAccess }) {
  const t = await getTranslations("deliveries.watch");
  return (
    <TableScroll label={t("title")}>
      <Table className={stacked.table}>
        <thead className={stacked.head}>
          <tr>
            <Th>{t("name")}</Th>
            <Th>{t("meaning")}</Th>
            <Th>{t("first")}</Th>
            <Th>{t("last")}</Th>
            <Th>{t("count")}</Th>
          </tr>
        </thead>
        <tbody>
          {sightings.map((sighting, index) => (
            // A key is in the page too, and a flag may contain a number.
            // oxlint-disable-next-line react/no-array-index-key
            <SightingRow key={index} sighting={sighting} access={access} />
          ))}
        </tbody>
      </Table>
    </TableScroll>
  );
}

async function SightingRow({ sighting, access }: { sighting: Sighting; access: NumberAccess }) {
  const t = await getTranslations("deliveries");
  // A name or a value may be anything, even a phone number.
  const visible = maskTextFor(access, sighting.flag, null);
  const flag = readFlag(visible);
  const count = isOfApi(flag)
    ? t("watch.answers", { count: sighting.count })
    : t("watch.deliveries", { count: sighting.count });
  const label = (key: "first" | "last") => <span className="text-xs text-muted md:hidden">{t(`watch.${key}`)} </span>;
  return (
    <Tr className="grid-cols-[minmax(0,1fr)]">
      <Td className="max-w-96">
        <Id className="font-medium break-all">{flag.path}</Id>
        {flag.value !== null && (
          <span className="block break-all text-muted">{t.rich("watch.value", { value: flag.value })}</span>
        )}
      </Td>
      <Td className="text-pretty text-muted">{meaningOf(flag, t)}</Td>
      <Td className="whitespace-nowrap">
        {label("first")}
        <Time value={sighting.firstSeenAt} format="compact" />
      </Td>
      <Td className="whitespace-nowrap">
        {label("last")}
        <Time value={sighting.lastSeenAt} format="compact" />
      </Td>
      <Td className="whitespace-nowrap">
        {isOfApi(flag) || visible !== sighting.flag ? (
          count
        ) : (
          <Link
            href={deliveriesHref({ ...NO_DELIVERY_FILTER, flag: sighting.flag }) as Route}
            className="font-medium text-accent-text underline-offset-2 hover:underline"
          >
            {count}
          </Link>
        )}
      </Td>
    </Tr>
  );
}

function meaningOf(flag: Flag, t: Awaited<ReturnType<typeof getTranslations<"deliveries">>>): string {
  if (isUnknownType(flag)) {
    return t("watch.unknownType");
  }
  return isFlagProblem(flag.problem) ? t(`detail.flag.${flag.problem}`) : flag.problem;
}

export function ContractWatchSkeleton() {
  return (
    <div aria-busy className="space-y-3 rounded-lg border bg-surface p-4 shadow-xs">
      <Skeleton className="h-4 w-40" />
      <Skeleton className="w-3/4" />
    </div>
  );
}
