import { ChevronLeft, Download, Eye } from "lucide-react";
import type { Metadata, Route } from "next";
import { getFormatter, getTranslations } from "next-intl/server";
import Link from "next/link";
import { cache, type ReactNode } from "react";
import { z } from "zod";

import { ClientMessages } from "@/components/client-messages";
import { cn } from "@/components/cn";
import { Suspense } from "@/components/suspense";
import { buttonClass } from "@/components/ui/button-class";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { DescriptionItem, DescriptionList } from "@/components/ui/description-list";
import { LinkButton } from "@/components/ui/link-button";
import { Id, Ltr } from "@/components/ui/ltr";
import { Notice } from "@/components/ui/notice";
import { PageHeader, ZoneName } from "@/components/ui/page-header";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { Skeleton } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { readPhoneNumber } from "@/db/calls/read";
import { getDelivery, listSiblings, type WholeDelivery } from "@/db/deliveries/list";
import { deliveriesHref, NO_DELIVERY_FILTER } from "@/lib/delivery/filter";
import { isFlagProblem, readFlag } from "@/lib/delivery/flags";
import { isQuarantineReason } from "@/lib/delivery/quarantine-reason";
import { type BodyReader, MAX_HEX_BYTES, readableBody } from "@/lib/delivery/raw-body";
import { formats } from "@/lib/i18n/formats";
import { maskFieldsFor, maskTextFor, type NumberAccess } from "@/lib/phone/access";
import { ANY_ADDRESS, interpret } from "@/lib/sarj/interpret";
import { recordUserEvent } from "@/server/audit";
import { requirePage } from "@/server/auth/gates";
import { numberAccessOf, REVEAL } from "@/server/auth/viewer";
import { answerNotFound } from "@/server/not-found";

import { OutcomeBadge } from "../../_call/outcome-badge";
import { ByteSize } from "../byte-size";
import { ReplaySelectionButton } from "../replay-dialog";
import { VerdictBadge } from "../verdict-badge";
import { CallCard } from "./call-card";
import { Headers } from "./headers";
import { InterpretedFields } from "./interpreted-fields";
import DeliveryNotFound from "./not-found";

/** One query per request, shared by the title and the page. */
const findDelivery = cache(async (id: string) => (z.uuid().safeParse(id).success ? getDelivery(id) : null));

export async function generateMetadata({ params }: PageProps<"/deliveries/[id]">): Promise<Metadata> {
  await requirePage("operator");
  const [delivery, t, format] = await Promise.all([
    findDelivery((await params).id),
    getTranslations("deliveries.detail"),
    getFormatter(),
  ]);
  return {
    title:
      delivery === null
        ? t("notFoundTitle")
        : t("title", { time: format.dateTime(delivery.receivedAt, formats.dateTime.full) }),
  };
}

/** One delivery: its body, its interpretation by the current version, and which of its values the call uses. */
export default async function DeliveryPage({ params, searchParams }: PageProps<"/deliveries/[id]">) {
  const user = await requirePage("operator");
  const delivery = await findDelivery((await params).id);
  if (delivery === null) {
    return answerNotFound(<DeliveryNotFound />);
  }
  const viewed = { subject: delivery.id, ...(delivery.callId === "" ? {} : { callId: delivery.callId }) };
  await recordUserEvent(user, { action: "delivery_viewed", ...viewed });
  const access = await numberAccessOf(user, (await searchParams)[REVEAL.name], viewed);
  const [t, format, phoneNumber] = await Promise.all([
    getTranslations("deliveries"),
    getFormatter(),
    access === "shown" ? null : readPhoneNumber(delivery.callId),
  ]);
  const reader = { access, phoneNumber };
  const { id, callId, verdict, reason, outcome } = maskFieldsFor(access, delivery, ["outcome"], phoneNumber);
  const isRevealed = (await searchParams)[REVEAL.name] === REVEAL.value && access === "shown";
  return (
    <ClientMessages of={["deliveries"]}>
      <Link
        href={"/deliveries" as Route}
        className="mb-2 inline-flex items-center gap-1 rounded-sm text-sm text-muted hover:text-foreground"
      >
        <ChevronLeft className="size-4 rtl-flip" aria-hidden />
        {t("detail.back")}
      </Link>
      <PageHeader
        title={t("detail.title", { time: format.dateTime(delivery.receivedAt, formats.dateTime.full) })}
        description={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-1">
            <VerdictBadge verdict={verdict} />
            {outcome !== null && <OutcomeBadge type={outcome} plain />}
            <span>{t(`verdictHint.${verdict}`)}</span>
            <ZoneName />
          </span>
        }
        actions={
          <>
            {access === "revealable" && (
              // Not prefetched: each time is recorded.
              <LinkButton
                href={`/deliveries/${id}?${REVEAL.name}=${REVEAL.value}` as Route}
                prefetch={false}
                size="sm"
                title={t("detail.revealHint")}
              >
                <Eye aria-hidden />
                {t("detail.reveal")}
              </LinkButton>
            )}
            {/* Not a Link, because it downloads a file. */}
            <a
              href={`/deliveries/${id}/body${isRevealed ? `?${REVEAL.name}=${REVEAL.value}` : ""}`}
              download
              className={cn(buttonClass({ size: "sm" }))}
            >
              <Download aria-hidden />
              {t("detail.download")}
            </a>
            <ReplaySelectionButton ids={[id]} reasons={[reason]} />
          </>
        }
      />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0 space-y-4">
          {reason !== null && (
            <Notice tone="warning" title={isQuarantineReason(reason) ? t(`reason.${reason}`) : reason}>
              {isQuarantineReason(reason) && t(`reasonHint.${reason}`)}
            </Notice>
          )}
          <PanelBoundary>
            <Suspense fallback={<PanelSkeleton />}>
              <Interpreted delivery={delivery} access={access} />
            </Suspense>
          </PanelBoundary>
          <Flags flags={delivery.flags.map((flag) => maskTextFor(access, flag, phoneNumber))} />
          <Body delivery={delivery} reader={reader} />
          <Headers headers={delivery.headers} reader={reader} />
        </div>
        <div className="min-w-0 space-y-4">
          {callId !== "" && (
            <PanelBoundary>
              <Suspense fallback={<PanelSkeleton />}>
                <CallCard callId={callId} access={access} />
              </Suspense>
            </PanelBoundary>
          )}
          <Facts delivery={maskFieldsFor(access, delivery, ["contentType", "contentEncoding"], phoneNumber)} />
          {callId !== "" && (
            <PanelBoundary>
              <Suspense fallback={<PanelSkeleton />}>
                <Siblings delivery={delivery} access={access} />
              </Suspense>
            </PanelBoundary>
          )}
        </div>
      </div>
    </ClientMessages>
  );
}

async function Interpreted({ delivery, access }: { delivery: WholeDelivery; access: NumberAccess }) {
  const [interpretation, t] = await Promise.all([
    interpret(delivery, { now: new Date(), allowedAddresses: ANY_ADDRESS }),
    getTranslations("deliveries"),
  ]);
  return (
    <Card title={t("detail.understood")} description={t("detail.understoodDescription")} flush>
      {interpretation.understood ? (
        <InterpretedFields deliveryId={delivery.id} interpretation={interpretation} access={access} />
      ) : (
        <p className="px-4 pb-4 text-muted">
          {t("detail.notUnderstood", { reason: t(`reason.${interpretation.reason}`) })}
        </p>
      )}
    </Card>
  );
}

async function Flags({ flags }: { flags: string[] }) {
  const t = await getTranslations("deliveries.detail");
  if (flags.length === 0) {
    return null;
  }
  return (
    <Card title={t("flags")} description={t("flagsDescription")}>
      <ul className="divide-y">
        {flags.map((flag, index) => {
          const { path, value, problem } = readFlag(flag);
          return (
            // Masked flags may be equal.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index} className="py-2">
              <Id className="break-all">{value === null ? path : `${path}=${value}`}</Id>
              <span className="block text-muted">{isFlagProblem(problem) ? t(`flag.${problem}`) : problem}</span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

/** The largest number of characters of a body that the page shows. The download contains the whole body. */
const MAX_SHOWN = 200_000;

async function Body({ delivery, reader }: { delivery: WholeDelivery; reader: BodyReader }) {
  const [{ form, text, isDecoded }, t] = await Promise.all([
    readableBody(delivery.body, delivery.contentEncoding, reader),
    getTranslations("deliveries.detail"),
  ]);
  const isCut = text.length > MAX_SHOWN || (form === "hex" && delivery.body.length > MAX_HEX_BYTES);
  const notes: ReactNode[] = [
    !isDecoded && t("bodyNotDecoded"),
    isDecoded && form === "hex" && t("bodyHex"),
    form === "text" && t("bodyText"),
    form === "hidden" && t("bodyHidden"),
    isCut && t("bodyCut"),
  ].filter(Boolean);
  return (
    <Card title={t("body")} {...(notes.length > 0 ? { description: notes.join(" ") } : {})}>
      {form !== "hidden" && <CodeBlock code={text.slice(0, MAX_SHOWN)} label={t("bodyLabel")} className="mt-1" />}
    </Card>
  );
}

async function Facts({ delivery }: { delivery: WholeDelivery }) {
  const [t, format] = await Promise.all([getTranslations("deliveries.detail"), getFormatter()]);
  const none = (text: string) => <span className="text-subtle">{text}</span>;
  return (
    <Card title={t("facts")}>
      <DescriptionList>
        <DescriptionItem term={t("receivedAt")}>
          <Time value={delivery.receivedAt} format="full" />
        </DescriptionItem>
        {delivery.timesReceived > 1 && (
          <DescriptionItem term={t("lastReceivedAt")}>
            <Time value={delivery.lastReceivedAt} format="full" />
          </DescriptionItem>
        )}
        <DescriptionItem term={t("timesReceived")}>
          <Ltr>{format.number(delivery.timesReceived)}</Ltr>
        </DescriptionItem>
        <DescriptionItem term={t("replayedAt")}>
          {delivery.replayedAt === null ? none(t("neverReplayed")) : <Time value={delivery.replayedAt} format="full" />}
        </DescriptionItem>
        <DescriptionItem term={t("size")}>
          <ByteSize bytes={delivery.size} />
        </DescriptionItem>
        <DescriptionItem term={t("contentType")}>
          {delivery.contentType === null ? none(t("none")) : <Id>{delivery.contentType}</Id>}
        </DescriptionItem>
        <DescriptionItem term={t("contentEncoding")}>
          {delivery.contentEncoding === null ? none(t("none")) : <Id>{delivery.contentEncoding}</Id>}
        </DescriptionItem>
        <DescriptionItem term={t("source")}>
          {delivery.sourceIp === null ? none(t("sourceUnknown")) : <Id>{delivery.sourceIp}</Id>}
        </DescriptionItem>
        <DescriptionItem term={t("secret")}>
          <Id>{delivery.secretLabel}</Id>
        </DescriptionItem>
        <DescriptionItem term={t("id")}>
          <Id>{delivery.id}</Id>
        </DescriptionItem>
        <DescriptionItem term={t("sha256")}>
          <Id>{delivery.bodySha256}</Id>
        </DescriptionItem>
      </DescriptionList>
    </Card>
  );
}

async function Siblings({ delivery, access }: { delivery: WholeDelivery; access: NumberAccess }) {
  const [{ siblings, isComplete }, t] = await Promise.all([
    listSiblings(delivery.callId, delivery.id),
    getTranslations("deliveries.detail"),
  ]);
  return (
    <Card
      title={t("siblings")}
      flush={siblings.length > 0}
      {...(siblings.length === 0
        ? {}
        : {
            actions: (
              <Link
                href={deliveriesHref({ ...NO_DELIVERY_FILTER, callId: delivery.callId }) as Route}
                className="text-sm text-accent-text underline-offset-2 hover:underline"
              >
                {t("showAll")}
              </Link>
            ),
          })}
      {...(isComplete ? {} : { footer: t("siblingsMore") })}
    >
      {siblings.length === 0 ? (
        <p className="text-muted">{t("siblingsNone")}</p>
      ) : (
        <ul className="divide-y border-t">
          {siblings.map((sibling) => (
            <li key={sibling.id}>
              <Link
                href={`/deliveries/${sibling.id}` as Route}
                className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 focus-inset hover:bg-hover/60"
              >
                <Time value={sibling.receivedAt} format="compact" />
                <VerdictBadge verdict={sibling.verdict} />
                {sibling.outcome !== null && <OutcomeBadge type={maskTextFor(access, sibling.outcome, null)} plain />}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function PanelSkeleton() {
  return (
    <div aria-busy className="space-y-3 rounded-lg border bg-surface p-4 shadow-xs">
      <Skeleton className="h-4 w-40" />
      <Skeleton className="w-full" />
      <Skeleton className="w-3/4" />
    </div>
  );
}
