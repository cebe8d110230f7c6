import { FlaskConical, ShieldQuestionMark } from "lucide-react";
import type { Route } from "next";
import { useTimeZone, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";

import { slot } from "@/components/slot";
import { Suspense } from "@/components/suspense";
import { Badge } from "@/components/ui/badge";
import { CopyButton } from "@/components/ui/copy-button";
import { Duration } from "@/components/ui/duration";
import { FreeText } from "@/components/ui/free-text";
import { LinkButton } from "@/components/ui/link-button";
import { Id, PhoneNumber } from "@/components/ui/ltr";
import { NotApplicable } from "@/components/ui/not-applicable";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { Time } from "@/components/ui/time";
import { readContactNeighbours, readNeighbours } from "@/db/calls/neighbours";
import type { Call } from "@/db/schema/calls";
import { isReached } from "@/lib/call/contact";
import type { CallFilter } from "@/lib/call/filter";
import { callHref, callsHref } from "@/lib/call/link";
import type { CallListView } from "@/lib/call/list-view";
import { wordMessage } from "@/lib/i18n/word-message";
import { includesRole } from "@/lib/people/role";
import type { NumberAccess } from "@/lib/phone/access";
import type { SignedInUser } from "@/server/auth/gates";

import { GoalBadge } from "../../_call/goal-badge";
import { OutcomeBadge } from "../../_call/outcome-badge";
import { CallMenu } from "./call-menu";
import { BackToList, HeadTitle } from "./head-parts";
import { NeighbourLinks } from "./neighbour-links";
import { contactOfCall, reviewsOf } from "./reads";
import { RevealNumber } from "./reveal-number";
import { DecisionLabel } from "./review";
import { UpperPart } from "./upper-part";

/** The head of a call: customer, time and duration, the three facts, and links to the previous and next call. */
export async function CallHead({
  call,
  filter,
  view,
  user,
  access,
  isRead,
}: {
  call: Call;
  filter: CallFilter;
  view: CallListView;
  user: SignedInUser;
  access: NumberAccess;
  /** Whether the decision is known, so that it can be shown at once. */
  isRead: boolean;
}) {
  const t = await getTranslations("call");
  return (
    <header className="space-y-3">
      <div className="flex items-center gap-2" data-print="hide">
        <BackToList by={view.by} href={callsHref(filter, view) as Route} />
        <span className="flex-1" />
        <Suspense fallback={<NeighbourLinks by={view.by} previous={null} next={null} />}>
          <Neighbours call={call} filter={filter} view={view} />
        </Suspense>
        <CallMenu callId={call.callId} isTest={call.isTest} canMark={includesRole(user.role, "administrator")} />
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <HeadTitle>
          {call.customerName === null ? (
            call.phoneNumber === null ? (
              t("unnamed")
            ) : (
              <PhoneNumber>{call.phoneNumber}</PhoneNumber>
            )
          ) : (
            <bdi>
              <FreeText>{call.customerName}</FreeText>
            </bdi>
          )}
        </HeadTitle>
        <span className="inline-flex items-center gap-0.5 text-muted">
          <span className="sr-only">{t("fields.id")}</span>
          <Id>{call.callId}</Id>
          <CopyButton value={call.callId} label={t("copyId")} className="-my-1" />
        </span>
        {call.isTest && (
          <Badge tone="warning" title={t("badge.testHint")}>
            <FlaskConical aria-hidden />
            {t("badge.test")}
          </Badge>
        )}
        {call.enrichmentState === "not_found" && (
          <Badge tone="warning" title={t("badge.unverifiedHint")}>
            <ShieldQuestionMark aria-hidden />
            {t("badge.unverified")}
          </Badge>
        )}
      </div>
      <ThreeFacts call={call} isRead={isRead} />
      <Fields call={call} access={access} />
    </header>
  );
}

async function Neighbours({ call, filter, view }: { call: Call; filter: CallFilter; view: CallListView }) {
  const contact = view.by === "contacts" ? await contactOfCall(call.contactId, call.callId) : null;
  const { previous, next } =
    contact === null
      ? await readNeighbours(call, filter, view.sort)
      : await readContactNeighbours(contact, filter, view.sort);
  return (
    <NeighbourLinks
      by={view.by}
      previous={previous === null ? null : callHref(previous, filter, view)}
      next={next === null ? null : callHref(next, filter, view)}
    />
  );
}

/* ── The three facts, which are never combined ───────────────────────────────────────────────────────────────────── */

function ThreeFacts({ call, isRead }: { call: Call; isRead: boolean }) {
  const t = useTranslations("call.facts");
  return (
    <dl
      aria-label={t("label")}
      className="grid divide-y rounded-lg border bg-surface shadow-xs @xl:grid-cols-3 @xl:divide-x @xl:divide-y-0"
    >
      <Fact term={t("reached")}>
        <OutcomeBadge type={call.outcome} status={call.status} />
        <FactHint>
          {call.outcome === null
            ? t("noWebhook")
            : t.rich("reportedBySarj", { word: slot(<Id className="text-2xs">{call.outcome ?? ""}</Id>) })}
        </FactHint>
      </Fact>
      <Fact term={t("goal")}>
        {call.goal === null && !isReached(call) ? <NotApplicable /> : <GoalBadge status={call.goal} />}
        <FactHint>
          {call.goal !== null
            ? t.rich("reportedBySarj", { word: slot(<Id className="text-2xs">{call.goal ?? ""}</Id>) })
            : isReached(call)
              ? t("noReport")
              : t("noReportReached")}
        </FactHint>
      </Fact>
      <Fact term={t("decision")}>
        <PanelBoundary className="p-2">
          <UpperPart isRead={isRead} fallback={<FactHint>…</FactHint>}>
            <Decision callId={call.callId} />
          </UpperPart>
        </PanelBoundary>
      </Fact>
    </dl>
  );
}

async function Decision({ callId }: { callId: string }) {
  const [t, [latest]] = await Promise.all([getTranslations("call.facts"), reviewsOf(callId)]);
  if (latest === undefined || latest.decision === "cleared") {
    return <span className="text-sm text-muted">{t("undecided")}</span>;
  }
  return (
    <>
      <DecisionLabel decision={latest.decision} />
      <FactHint>
        {t.rich("by", {
          name: slot(<bdi>{latest.userName ?? t("someone")}</bdi>),
          time: slot(<Time value={latest.createdAt} format="dateTime" />),
        })}
      </FactHint>
    </>
  );
}

function Fact({ term, children }: { term: ReactNode; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 @xl:block">
      <dt className="w-28 text-xs text-muted @xl:mb-1 @xl:w-auto">{term}</dt>
      <dd className="flex min-w-0 flex-1 flex-col items-start gap-0.5">{children}</dd>
    </div>
  );
}

function FactHint({ children }: { children: ReactNode }) {
  return <span className="min-w-0 text-xs break-words text-muted">{children}</span>;
}

/* ── Details ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

function Fields({ call, access }: { call: Call; access: NumberAccess }) {
  const t = useTranslations("call");
  const timeZone = useTimeZone();
  const outcomes = useTranslations("outcomes");
  const common = useTranslations("common.state");
  const describe = (group: "direction" | "language" | "status" | "interaction", value: string | null) => {
    if (value === null) {
      return <span className="text-subtle">{common("unknown")}</span>;
    }
    return wordMessage(outcomes, group, value) ?? <bdi translate="no">{value}</bdi>;
  };
  return (
    <dl aria-label={t("fields.label")} className="flex flex-wrap gap-x-6 gap-y-2.5 text-sm">
      <Field term={t(`fields.${termOfTime(call)}`)}>
        <Time value={call.occurredAt} format="full" /> <span className="text-xs text-muted">{timeZone}</span>
      </Field>
      <Field term={t("fields.duration")}>
        {call.durationSeconds !== null ? (
          <Duration seconds={call.durationSeconds} />
        ) : isReached(call) ? (
          <span className="text-subtle">{common("unknown")}</span>
        ) : (
          <NotApplicable />
        )}
      </Field>
      <Field term={t("fields.phone")}>
        {call.phoneNumber === null ? (
          <span className="text-subtle">{common("unknown")}</span>
        ) : access === "revealable" ? (
          <span className="inline-flex flex-wrap items-center gap-1">
            <RevealNumber callId={call.callId} masked={call.phoneNumber} />
            {/* Not prefetched: each time is recorded. */}
            <LinkButton
              href={`${callHref(call.callId)}?numbers=shown` as Route}
              prefetch={false}
              size="xs"
              variant="ghost"
              title={t("revealTextsHint")}
            >
              {t("revealTexts")}
            </LinkButton>
          </span>
        ) : (
          <span className="inline-flex max-w-full items-center gap-0.5">
            <PhoneNumber>{call.phoneNumber}</PhoneNumber>
            {access === "shown" && <CopyButton value={call.phoneNumber} label={t("copyPhone")} className="-my-1" />}
          </span>
        )}
      </Field>
      <Field term={t("fields.scenario")}>
        {call.scenarioId === null ? (
          <span className="text-subtle">{common("unknown")}</span>
        ) : (
          <Id>{call.scenarioId}</Id>
        )}
      </Field>
      <Field term={t("fields.direction")}>{describe("direction", call.direction)}</Field>
      <Field term={t("fields.language")}>{describe("language", call.language)}</Field>
      <Field term={t("fields.status")}>{describe("status", call.status)}</Field>
      {call.interactionType !== null && (
        <Field term={t("fields.interaction")}>{describe("interaction", call.interactionType)}</Field>
      )}
    </dl>
  );
}

/** What `occurredAt` is the time of, as in the schema. */
function termOfTime(call: Call): "when" | "received" | "calledOff" {
  if (call.dialResult === "not_dialled" && (call.calledOffAt ?? call.updatedAt) !== null) {
    return "calledOff";
  }
  return (call.startedAt ?? call.scheduledAt ?? call.createdAt) === null ? "received" : "when";
}

function Field({ term, children }: { term: ReactNode; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{term}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}
