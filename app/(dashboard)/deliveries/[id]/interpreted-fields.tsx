import { ArrowRight, Check, CircleSlash, Equal } from "lucide-react";
import type { Route } from "next";
import { getFormatter, getTranslations } from "next-intl/server";
import Link from "next/link";
import type { ReactNode } from "react";

import { Duration } from "@/components/ui/duration";
import { Ltr } from "@/components/ui/ltr";
import { stacked, StackedLabel, Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { type Comparison, compareWithCall, type InterpretedDelivery } from "@/db/calls/provenance";
import { getCall } from "@/db/calls/read";
import { listSiblings } from "@/db/deliveries/list";
import { NO_NEXT_RETRY, type TranscriptMessage } from "@/lib/call/facts";
import { formats } from "@/lib/i18n/formats";
import { wordMessage } from "@/lib/i18n/word-message";
import { maskNumberFor, maskTextFor, type NumberAccess } from "@/lib/phone/access";
import { ANY_ADDRESS, interpret, type Interpretation } from "@/lib/sarj/interpret";
import { countSpoken, readTranscript } from "@/lib/transcript/transcript";

import { OutcomeBadge } from "../../_call/outcome-badge";

/** A table of the delivery's fields, with the call's current value of each field and the source of that value. */
export async function InterpretedFields({
  deliveryId,
  interpretation: { callId, facts },
  access,
}: {
  deliveryId: string;
  access: NumberAccess;
  interpretation: Interpretation & { understood: true };
}) {
  const [call, { siblings }, t] = await Promise.all([
    getCall(callId),
    listSiblings(callId, deliveryId),
    getTranslations("deliveries"),
  ]);
  const others: InterpretedDelivery[] = [];
  for (const { id, raw } of siblings) {
    const sibling = raw === null ? null : await interpret(raw, { now: new Date(), allowedAddresses: ANY_ADDRESS });
    if (sibling?.understood && sibling.callId === callId) {
      others.push({ id, facts: sibling.facts });
    }
  }
  const phoneNumber = call?.call.phoneNumber ?? facts.phoneNumber;
  const rows = compareWithCall({ id: deliveryId, facts }, call?.details ?? null, others).map((row) =>
    Object.assign(row, {
      delivered: masked(row.field, row.delivered, { access, phoneNumber }),
      stored: masked(row.field, row.stored, { access, phoneNumber }),
    }),
  );
  return (
    <TableScroll label={t("detail.understood")}>
      <Table className={stacked.table}>
        <thead className={stacked.head}>
          <tr>
            <Th>{t("detail.field")}</Th>
            <Th>{t("detail.said")}</Th>
            <Th>{t("detail.held")}</Th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Tr key={row.field} className="grid-cols-2">
              <Td className="align-top font-medium max-md:col-span-2 md:font-normal md:whitespace-nowrap md:text-muted">
                {t(`fields.${row.field}`)}
              </Td>
              <Td className="max-w-80 align-top wrap-anywhere">
                <StackedLabel>{t("detail.said")}</StackedLabel>
                <Value field={row.field} value={row.delivered} until={facts.recordingExpiresAt} />
              </Td>
              <Td className="max-w-96 align-top wrap-anywhere">
                <StackedLabel>{t("detail.held")}</StackedLabel>
                <Stored row={row} until={call?.details.recordingExpiresAt ?? null} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </TableScroll>
  );
}

/** A value as this user may see it. Of larger values, only the size is shown. */
function masked(
  field: Comparison["field"],
  value: unknown,
  { access, phoneNumber }: { access: NumberAccess; phoneNumber: string | null },
): unknown {
  if (typeof value !== "string" || SHOWN_WHOLE.has(field)) {
    return value;
  }
  return field === "phoneNumber" ? maskNumberFor(access, value) : maskTextFor(access, value, phoneNumber);
}

/** An id is the address of a call, and times are no numbers. */
const SHOWN_WHOLE: ReadonlySet<Comparison["field"]> = new Set([
  "rootCallId",
  "createdAt",
  "startedAt",
  "endedAt",
  "scheduledAt",
  "updatedAt",
  "nextRetryAt",
]);

const RESULT_ICONS = {
  held: { Icon: Check, className: "text-success-text" },
  agreed: { Icon: Equal, className: "text-muted" },
  overridden: { Icon: ArrowRight, className: "text-warning-text rtl-flip" },
  absent: { Icon: CircleSlash, className: "text-subtle" },
};

async function Stored({ row, until }: { row: Comparison; until: Date | null }) {
  const t = await getTranslations("deliveries.detail");
  const { Icon, className } = RESULT_ICONS[row.result];
  return (
    <div className="flex items-start gap-2">
      <Icon className={`mt-0.5 size-4 shrink-0 ${className}`} aria-hidden />
      <div className="min-w-0">
        {row.result === "overridden" && <Value field={row.field} value={row.stored} until={until} />}
        <p className="text-pretty text-muted">
          {row.result === "held" || row.result === "absent"
            ? t(`standing.${row.result}`)
            : t.rich(`standing.${row.result}`, { source: (chunks) => sourceOf(row.source, chunks, t) })}
        </p>
      </div>
    </div>
  );
}

/** A link to the delivery that a value came from, or a text. `unidentified` is the text for an unknown source. */
function sourceOf(
  source: Comparison["source"],
  unidentified: ReactNode,
  t: Awaited<ReturnType<typeof getTranslations<"deliveries.detail">>>,
): ReactNode {
  const [id] = source?.deliveryIds ?? [];
  if (id !== undefined) {
    return (
      <Link href={`/deliveries/${id}` as Route} className="text-accent-text underline-offset-2 hover:underline">
        {t("sourceDelivery")}
      </Link>
    );
  }
  return source?.kind === "api" ? t("sourceApi") : unidentified;
}

/** Formats a value according to its field. For large values, shows only the size. */
async function Value({
  field,
  value,
  until,
}: {
  field: Comparison["field"];
  value: unknown;
  until: Date | null;
}): Promise<ReactNode> {
  const [t, tOutcomes, format] = await Promise.all([
    getTranslations("deliveries.detail"),
    getTranslations("outcomes"),
    getFormatter(),
  ]);
  switch (field) {
    case "outcome":
      return <OutcomeBadge type={String(value)} plain />;
    case "createdAt":
    case "startedAt":
    case "endedAt":
    case "scheduledAt":
    case "updatedAt":
      return <Time value={value instanceof Date ? value : String(value)} format="full" />;
    case "nextRetryAt":
      return value instanceof Date || (typeof value === "string" && value !== NO_NEXT_RETRY) ? (
        <Time value={value} format="full" />
      ) : (
        t("noNextRetry")
      );
    case "durationSeconds":
      return <Duration seconds={Number(value)} />;
    case "phoneNumber":
      return <Ltr>{String(value)}</Ltr>;
    case "transcript":
      return t("turns", { count: countSpoken(readTranscript(value as TranscriptMessage[], []).turns) });
    case "corrections":
      return t("corrections", { count: lengthOf(value) });
    case "report":
    case "responseBody":
    case "variables":
      return t("object", { count: lengthOf(value) });
    case "permanentRecordingUrl":
      return t("recording");
    case "recordingUrl":
      return until === null
        ? t("recording")
        : t("recordingUntil", { time: format.dateTime(until, formats.dateTime.full) });
    case "status":
    case "direction":
    case "language":
    case "interactionType":
      return (
        wordMessage(tOutcomes, field === "interactionType" ? "interaction" : field, String(value)) ?? (
          <bdi translate="no">{String(value)}</bdi>
        )
      );
    default:
      return <bdi translate="no">{String(value)}</bdi>;
  }
}

function lengthOf(value: unknown): number {
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}
