import type { Route } from "next";
import { useTranslations } from "next-intl";
import Link from "next/link";

import { Card } from "@/components/ui/card";
import { Id } from "@/components/ui/ltr";
import { Time } from "@/components/ui/time";
import type { SameNumberCall } from "@/db/contacts/same-number";
import { NO_FILTER } from "@/lib/call/filter";
import { callHref, callsHref } from "@/lib/call/link";
import { digitsOf } from "@/lib/text/digits";

import { OutcomeBadge } from "../../_call/outcome-badge";

/** Calls of other contacts with the same number. */
export function OtherCalls({
  calls,
  searchedNumber,
}: {
  calls: readonly SameNumberCall[];
  /** The number for a link to all of its calls. Null for people who may not search for it. */
  searchedNumber: string | null;
}) {
  const t = useTranslations("contacts.others");
  return (
    <Card
      aria-label={t("title")}
      title={t("title")}
      actions={
        searchedNumber !== null && (
          <Link
            href={callsHref({ ...NO_FILTER, phone: digitsOf(searchedNumber) }) as Route}
            className="text-sm text-accent-text underline-offset-2 hover:underline"
          >
            {t("all")}
          </Link>
        )
      }
      flush
    >
      <ul className="max-h-64 divide-y overflow-y-auto border-t print:max-h-none">
        {calls.map((call) => (
          <li
            key={call.callId}
            className="relative flex flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-1.5 hover:bg-hover/60"
          >
            <Link
              href={callHref(call.callId)}
              prefetch={false}
              className="min-w-0 outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
            >
              <OutcomeBadge type={call.outcome} status={call.status} plain />
            </Link>
            <Time value={call.occurredAt} format="compact" className="ms-auto text-muted" />
            {call.scenarioId !== null && (
              <span className="w-full truncate text-muted">
                <Id>{call.scenarioId}</Id>
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
