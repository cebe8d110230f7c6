import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";

import { slot } from "@/components/slot";
import { Badge, type BadgeProps } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Id } from "@/components/ui/ltr";
import { Time } from "@/components/ui/time";
import { listApiAnswers } from "@/db/deliveries/api-answers";
import { type CallDelivery, listCallDeliveries } from "@/db/deliveries/call-deliveries";
import { listAuditOfCall } from "@/db/privacy/audit";
import type { Call } from "@/db/schema/calls";
import { callPartHref } from "@/lib/call/link";
import { includesRole, type Role } from "@/lib/people/role";
import { maskFieldsFor, type NumberAccess } from "@/lib/phone/access";
import { API_ERRORS } from "@/lib/sarj/api";
import { hasApiKey } from "@/server/vendor-api";

import { OutcomeBadge } from "../../_call/outcome-badge";
import { ByteSize } from "../../deliveries/byte-size";
import { ApiAnswers } from "./api-answers";
import { FlagList } from "./flag-list";
import { RawBody } from "./raw-body";

const TONES: Record<CallDelivery["verdict"], NonNullable<BadgeProps["tone"]>> = {
  applied: "success",
  duplicate: "neutral",
  superseded: "neutral",
  quarantined: "warning",
};

/** The sources of a call's facts: its deliveries and the requests to the API. */
export async function History({ call, role, access }: { call: Call; role: Role; access: NumberAccess }) {
  const [t, deliveries, answers] = await Promise.all([
    getTranslations("call.history"),
    listCallDeliveries(call.callId),
    listApiAnswers(call.callId),
  ]);
  const canOpen = includesRole(role, "operator");
  return (
    <Card title={t("title")} flush>
      <ol className="divide-y border-t">
        <Enrichment call={call} />
        <ApiAnswers callId={call.callId} answers={answers} access={access} canOpen={canOpen} />
        {deliveries.map((delivery) => (
          <Delivery
            key={delivery.id}
            callId={call.callId}
            delivery={maskFieldsFor(access, delivery, ["outcome"])}
            access={access}
            canOpen={canOpen}
          />
        ))}
        {deliveries.length === 0 && <li className="px-4 py-2.5 text-muted">{t("none")}</li>}
      </ol>
      {includesRole(role, "administrator") && <AuditEvents callId={call.callId} />}
    </Card>
  );
}

/** The audit events of a call: who listened to it, downloaded it or changed it. For administrators. */
async function AuditEvents({ callId }: { callId: string }) {
  const [t, events] = await Promise.all([getTranslations("call.history"), listAuditOfCall(callId)]);
  const describe = (action: string) => {
    const known = KNOWN_ACTIONS.find((one) => one === action);
    return known === undefined ? t("auditAction.other", { action }) : t(`auditAction.${known}`);
  };
  return (
    <details className="border-t px-4 py-2.5">
      <summary className="text-muted select-none hover:text-foreground">{t("audit")}</summary>
      {events.length === 0 && <p className="mt-1 text-muted">{t("auditNone")}</p>}
      <ul className="mt-1 space-y-1">
        {events.map((event) => (
          <li key={event.id} className="flex flex-wrap gap-x-2">
            <span className="min-w-0 flex-1">
              <bdi className="font-medium">{event.actorName ?? event.actorEmail ?? ""}</bdi> {describe(event.action)}
            </span>
            <Time value={event.at} format="compact" className="text-xs text-muted" />
          </li>
        ))}
      </ul>
    </details>
  );
}

const KNOWN_ACTIONS = [
  "recording_listened",
  "recording_downloaded",
  "number_revealed",
  "delivery_viewed",
  "api_answer_viewed",
  "call_marked",
] as const;

async function Delivery({
  callId,
  delivery,
  access,
  canOpen,
}: {
  callId: string;
  delivery: CallDelivery;
  access: NumberAccess;
  canOpen: boolean;
}) {
  const t = await getTranslations("call.history");
  const { flags, timesReceived } = delivery;
  return (
    <li className="space-y-1 px-4 py-2.5">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Badge tone={TONES[delivery.verdict]}>{t(`verdict.${delivery.verdict}`)}</Badge>
        {delivery.outcome !== null && <OutcomeBadge type={delivery.outcome} plain />}
        <span className="flex-1" />
        <Time value={delivery.receivedAt} format="compact" className="text-xs text-muted" />
      </div>
      <Facts>
        <ByteSize bytes={delivery.size} />
        {t("times", { count: timesReceived })}
        {timesReceived > 1 &&
          t.rich("lastTime", { time: slot(<Time value={delivery.lastReceivedAt} format="compact" />) })}
        {delivery.replayedAt !== null &&
          t.rich("replayed", { time: slot(<Time value={delivery.replayedAt} format="compact" />) })}
        {delivery.reason !== null && <Id>{delivery.reason}</Id>}
      </Facts>
      <FlagList flags={flags} access={access} />
      {canOpen && <RawBody path={callPartHref(callId, "deliveries", delivery.id)} />}
    </li>
  );
}

async function Enrichment({ call }: { call: Call }) {
  const [t, errors] = await Promise.all([getTranslations("call.history"), getTranslations("call.apiError")]);
  const isOff = !hasApiKey() && call.verifiedAt === null;
  const { enrichmentState: state, enrichmentError: error } = call;
  const tone = state === "not_found" || state === "failed" ? "warning" : state === "done" ? "success" : "info";
  return (
    <li className="space-y-1 px-4 py-2.5">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Badge tone={isOff ? "neutral" : tone}>{isOff ? t("apiOff") : t(`apiState.${state}`)}</Badge>
        <span>{t("api")}</span>
      </div>
      {!isOff && (
        <Facts>
          {call.verifiedAt === null
            ? t("neverVerified")
            : t.rich("verified", { time: slot(<Time value={call.verifiedAt} format="compact" />) })}
          {state !== "done" && t("attempts", { count: call.enrichmentAttempts })}
          {call.enrichmentDueAt !== null &&
            t.rich("nextTry", { time: slot(<Time value={call.enrichmentDueAt} format="compact" />) })}
          {error !== null &&
            t("lastError", { error: errors(API_ERRORS.find((known) => known === error) ?? "unknown") })}
        </Facts>
      )}
    </li>
  );
}

/** Short facts in a row, separated by dots. Each dot is in the element of the fact before it, so that no line begins with a dot. */
function Facts({ children }: { children: ReactNode[] }) {
  const facts = children.filter((child) => child !== false && child !== null);
  return (
    <p className="flex flex-wrap gap-x-1.5 text-xs text-muted">
      {facts.map((child, index) => (
        // The facts have no ids, and their order does not change.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={index} className="inline-flex gap-x-1.5">
          <span>{child}</span>
          {index < facts.length - 1 && <span aria-hidden>·</span>}
        </span>
      ))}
    </p>
  );
}
