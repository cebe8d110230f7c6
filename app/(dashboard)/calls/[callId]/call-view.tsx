import { FileText, MicOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";

import { JsonTree } from "@/components/json-tree";
import { PlayerProvider } from "@/components/player/player-context";
import { slot } from "@/components/slot";
import { Suspense } from "@/components/suspense";
import { Card } from "@/components/ui/card";
import { FreeText } from "@/components/ui/free-text";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { Skeleton } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import type { WholeCall } from "@/db/calls/read";
import type { Call } from "@/db/schema/calls";
import { isReached } from "@/lib/call/contact";
import type { Correction, Json, TranscriptMessage } from "@/lib/call/facts";
import { parseCallFilter } from "@/lib/call/filter";
import { recordingHref } from "@/lib/call/link";
import { includesRole } from "@/lib/people/role";
import {
  maskFieldsFor,
  maskNumberFor,
  maskTextFor,
  maskWholeFor,
  type NumberAccess,
  VENDOR_WORDS,
} from "@/lib/phone/access";
import { withoutNumberSearch } from "@/lib/phone/number-search";
import { isSilent } from "@/lib/text/silence";
import { countSpoken, readTranscript } from "@/lib/transcript/transcript";
import type { SearchParams } from "@/lib/url/parameters";
import type { SignedInUser } from "@/server/auth/gates";
import { numberAccessOf, REVEAL } from "@/server/auth/viewer";
import { getOrganization } from "@/server/organization";
import { hasApiKey } from "@/server/vendor-api";

import { ContactOfCall, ContactSkeleton } from "./contact";
import { EnrichmentNotice } from "./enrichment-notice";
import { CallHead } from "./head";
import { History } from "./history";
import { NotDialled } from "./not-dialled";
import { Player } from "./player";
import { readUpperParts } from "./reads";
import { Report } from "./report";
import { Review } from "./review";
import { Transcript } from "./transcript";
import { UnknownForm } from "./unknown-form";
import { UpperPart } from "./upper-part";

/** Everything about one call, on the call's page and in the panel beside the list. The layout depends on its container's width. */
export async function CallView({
  found,
  user,
  searchParams,
}: {
  found: WholeCall;
  user: SignedInUser;
  searchParams: SearchParams;
}) {
  const [{ timeZone }, access, t, isRead] = await Promise.all([
    getOrganization(),
    numberAccessOf(user, searchParams[REVEAL.name], { callId: found.call.callId }),
    getTranslations("call"),
    readUpperParts(found.call),
  ]);
  const isOperator = includesRole(user.role, "operator");
  // In a list that was searched by number, the links to the previous and next call would reveal whose number it is.
  const { filter, view } = parseCallFilter(withoutNumberSearch(searchParams, access).params, timeZone);
  const { call, details } = await maskCall(found, access);
  const source = call.hasRecording && isOperator ? recordingHref(call.callId) : null;
  return (
    // The key resets the player, the search and the note when the call changes.
    <PlayerProvider key={call.callId} source={source} durationHint={call.durationSeconds}>
      <article className="@container space-y-4">
        <CallHead call={call} filter={filter} view={view} user={user} access={access} isRead={isRead} />
        <NotDialled call={call} />
        <EnrichmentNotice call={call} canRetry={isOperator} />
        <PanelBoundary>
          <UpperPart isRead={isRead} fallback={<ContactSkeleton />}>
            <ContactOfCall
              call={call}
              phoneNumber={found.call.phoneNumber}
              filter={filter}
              view={view}
              access={access}
            />
          </UpperPart>
        </PanelBoundary>
        {/*
         * Two columns where there is room. In one column, `order-*` puts the cards of both columns into the order in which people read
         * them. In browsers that support `reading-flow`, the tab key follows this order.
         */}
        <div className="flex flex-col gap-4 [reading-flow:flex-visual] @4xl:grid @4xl:grid-cols-[minmax(0,1fr)_22rem] @4xl:items-start @4xl:[reading-flow:normal] @7xl:grid-cols-[minmax(0,1fr)_27rem]">
          <div className="contents min-w-0 @4xl:block @4xl:space-y-4">
            {source === null ? (
              <NoRecording call={call} purgedAt={details.recordingPurgedAt} />
            ) : (
              // Stays at the top while the rest scrolls. Its background and padding hide the content that scrolls above it.
              <div className="sticky top-(--sticky-top,3.25rem) z-20 -mt-2 bg-background pt-2 md:top-0">
                <Player
                  title={call.customerName ?? call.phoneNumber ?? t("unnamed")}
                  downloadHref={`${source}?download=1`}
                  canRefresh={hasApiKey()}
                />
              </div>
            )}
            <div className="order-3">
              <TranscriptCard
                // The merge stores values of these types (`lib/call/facts.ts`).
                messages={details.transcript as TranscriptMessage[] | null}
                corrections={(details.corrections ?? []) as Correction[]}
                isReached={isReached(call)}
                isPending={call.enrichmentState === "pending"}
                purgedAt={details.transcriptPurgedAt}
                hasRecording={source !== null}
                initialQuery={filter.q ?? ""}
              />
            </div>
            <div className="order-5">
              <PanelBoundary>
                <Suspense fallback={<PanelSkeleton />}>
                  <History call={call} role={user.role} access={access} />
                </Suspense>
              </PanelBoundary>
            </div>
          </div>
          <div className="contents min-w-0 @4xl:block @4xl:space-y-4">
            <div className="order-2">
              <PanelBoundary>
                <UpperPart isRead={isRead} fallback={<PanelSkeleton />}>
                  <Review
                    callId={call.callId}
                    canDecide={isOperator}
                    userId={user.id}
                    access={access}
                    phoneNumber={found.call.phoneNumber}
                  />
                </UpperPart>
              </PanelBoundary>
            </div>
            <div className="order-1">
              <Report
                report={details.report as Json | null}
                heardAt={call.lastReceivedAt}
                isReached={isReached(call)}
              />
            </div>
            <div className="order-4 space-y-4">
              <Variables variables={details.variables as Json | null} isVerified={call.verifiedAt !== null} />
              <ResponseBody body={details.responseBody as Json | null} />
            </div>
          </div>
        </div>
      </article>
    </PlayerProvider>
  );
}

/**
 * The call as a person with this access may see it: numbers are masked in all texts of the call, and the texts contain no credentials of
 * URLs.
 */
async function maskCall({ call, details }: WholeCall, access: NumberAccess): Promise<WholeCall> {
  const { phoneNumber } = call;
  const masked = (value: unknown) => maskWholeFor(access, value as Json, phoneNumber);
  return {
    call: {
      ...maskFieldsFor(access, call, [...VENDOR_WORDS, "interactionType"], phoneNumber),
      phoneNumber: phoneNumber === null ? null : maskNumberFor(access, phoneNumber),
      customerName: maskTextFor(access, call.customerName, phoneNumber),
    },
    details: {
      ...details,
      transcript: await masked(details.transcript),
      corrections: await masked(details.corrections),
      report: await masked(details.report),
      responseBody: await masked(details.responseBody),
      variables: await masked(details.variables),
    },
  };
}

/** Explains why there is no recording. Shown instead of the player. */
function NoRecording({ call, purgedAt }: { call: Call; purgedAt: Date | null }) {
  const t = useTranslations("call.player.none");
  const reason = () => {
    if (call.hasRecording) {
      return t("viewer");
    }
    if (purgedAt !== null) {
      return t.rich("purged", { time: slot(<Time value={purgedAt} format="date" />) });
    }
    if (call.enrichmentState === "pending") {
      return t("pending");
    }
    return isReached(call) ? t("neverRecorded") : t("notReached");
  };
  return (
    <div className="flex items-center gap-3 rounded-lg border border-dashed bg-surface px-4 py-3">
      <MicOff className="size-4 shrink-0 text-subtle" aria-hidden />
      <p className="min-w-0">
        <span className="font-medium">{call.hasRecording ? t("viewerTitle") : t("title")}</span>{" "}
        <span className="text-muted">{reason()}</span>
      </p>
    </div>
  );
}

function TranscriptCard({
  messages,
  corrections,
  isReached: reached,
  isPending,
  purgedAt,
  hasRecording,
  initialQuery,
}: {
  messages: readonly TranscriptMessage[] | null;
  corrections: readonly Correction[];
  isReached: boolean;
  isPending: boolean;
  purgedAt: Date | null;
  hasRecording: boolean;
  initialQuery: string;
}) {
  const t = useTranslations("call.transcript");
  if (messages === null || messages.length === 0) {
    const reason =
      purgedAt !== null
        ? t.rich("purged", { time: slot(<Time value={purgedAt} format="date" />) })
        : isPending
          ? t("nonePending")
          : reached
            ? t("noneReached")
            : t("noneNotReached");
    return (
      <Card title={t("title")}>
        <div className="flex items-center gap-3 py-2 text-muted">
          <FileText className="size-4 shrink-0 text-subtle" aria-hidden />
          <p>
            {messages === null ? (
              <>
                {t("none")}. {reason}
              </>
            ) : (
              t("empty")
            )}
          </p>
        </div>
      </Card>
    );
  }
  if (messages.every((message) => message.type === "other")) {
    const [only] = messages;
    return (
      <Card title={t("title")}>
        <UnknownForm value={messages.length === 1 && only ? only.data : messages.map(({ data }) => data)} />
      </Card>
    );
  }
  const { turns, unplaced, hasTimes } = readTranscript(messages, corrections);
  return (
    <Card
      title={t("title")}
      description={hasRecording && !hasTimes ? t("noTimes") : undefined}
      actions={<span className="text-xs text-muted">{t("turns", { count: countSpoken(turns) })}</span>}
      flush
      className="pb-2"
    >
      <Transcript turns={turns} hasTimes={hasTimes} initialQuery={initialQuery} />
      {unplaced.length > 0 && (
        <div className="mx-4 mt-3 border-t pt-3 text-sm">
          <p className="text-muted">{t("unplaced")}</p>
          <ul className="mt-1 space-y-1">
            {unplaced.slice(0, 50).map(({ incorrectText, correction }) => (
              <li key={`${incorrectText}\n${correction}`} className="break-words">
                <del className="text-muted decoration-danger [unicode-bidi:isolate]">
                  <FreeText>{incorrectText}</FreeText>
                </del>{" "}
                <ins className="text-success-text no-underline [unicode-bidi:isolate]">
                  <FreeText>{correction}</FreeText>
                </ins>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

function Variables({ variables, isVerified }: { variables: Json | null; isVerified: boolean }) {
  const t = useTranslations("call.variables");
  return (
    <Card title={t("title")}>
      {isSilent(variables) ? (
        <p className="text-muted">{variables === null && !isVerified ? t("unknown") : t("none")}</p>
      ) : (
        <ObjectTree value={variables} />
      )}
    </Card>
  );
}

function ResponseBody({ body }: { body: Json | null }) {
  const t = useTranslations("call.response");
  return isSilent(body) ? null : (
    <Card title={t("title")}>
      <ObjectTree value={body} />
    </Card>
  );
}

/** A value that the vendor documents as an object. */
function ObjectTree({ value }: { value: Json }) {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? <JsonTree value={value} /> : <UnknownForm value={value} />;
}

function PanelSkeleton() {
  return (
    <div className="space-y-3 rounded-lg border bg-surface p-4" aria-busy>
      <Skeleton className="w-1/3" />
      <Skeleton />
      <Skeleton className="w-2/3" />
    </div>
  );
}
