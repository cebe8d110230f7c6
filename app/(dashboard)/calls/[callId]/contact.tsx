import { CircleCheckBig, Clock } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { Fragment } from "react";

import { cn } from "@/components/cn";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { type ListedContact, type TrailCall } from "@/db/contacts/list";
import type { Call } from "@/db/schema/calls";
import { shownState } from "@/lib/call/contact";
import { type CallFilter, NO_FILTER } from "@/lib/call/filter";
import { callHref, callsHref } from "@/lib/call/link";
import type { CallListView } from "@/lib/call/list-view";
import { maskFieldsFor, type NumberAccess } from "@/lib/phone/access";

import { ContactBadge } from "../../_call/contact-badge";
import { OutcomeBadge } from "../../_call/outcome-badge";
import { Countdown } from "./countdown";
import { DialList } from "./dial-list";
import { OtherCalls } from "./other-calls";
import { contactOfCall, otherCallsOf } from "./reads";

/** The contact of a call, with every call of its retry group, and beside it the calls of other contacts with the same number. */
export async function ContactOfCall({
  call,
  phoneNumber,
  filter,
  view,
  access,
}: {
  call: Call;
  /** The call's number, unmasked. */
  phoneNumber: string | null;
  filter: CallFilter;
  view: CallListView;
  access: NumberAccess;
}) {
  const [contact, others] = await Promise.all([
    contactOfCall(call.contactId, call.callId),
    otherCallsOf(phoneNumber, call.contactId),
  ]);
  // Null if the contact was erased, or its calls were moved to another one, since the call was read.
  return contact === null ? null : (
    <div
      className={cn(
        "grid gap-4",
        others.length > 0 &&
          "@4xl:grid-cols-[minmax(0,1fr)_22rem] @4xl:items-start @7xl:grid-cols-[minmax(0,1fr)_27rem]",
      )}
    >
      <ContactCard
        contact={{
          ...contact,
          trail: contact.trail.map((dial) => maskFieldsFor(access, dial, ["outcome", "status"], phoneNumber)),
        }}
        now={new Date()}
        callId={call.callId}
        hrefOf={(callId) => callHref(callId, filter, view)}
      />
      {others.length > 0 && (
        <OtherCalls
          calls={others.map((other) => maskFieldsFor(access, other, ["outcome", "status", "scenarioId"], phoneNumber))}
          searchedNumber={access === "shown" ? phoneNumber : null}
        />
      )}
    </div>
  );
}

function ContactCard({
  contact,
  now,
  callId,
  hrefOf,
}: {
  contact: ListedContact;
  now: Date;
  callId: string;
  hrefOf: (callId: string) => Route;
}) {
  const t = useTranslations("contacts");
  return (
    <Card
      aria-label={t("contact")}
      title={
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          {t("contact")}
          <ContactBadge state={shownState(contact, now)} isInferred={contact.isInferred} />
        </span>
      }
      actions={<span className="text-sm text-muted tabular">{t("attempts", { count: contact.attempts })}</span>}
      flush
    >
      <DialList>
        {contact.trail.map((dial, index) => {
          const omitted = index === 0 ? 0 : dial.index - (contact.trail[index - 1]?.index ?? 0) - 1;
          return (
            <Fragment key={dial.callId}>
              {omitted > 0 && (
                <li className="px-4 py-1.5 text-muted">
                  <Link
                    href={callsHref({ ...NO_FILTER, contact: contact.contactId }, { sort: "time" }) as Route}
                    className="underline-offset-2 hover:underline"
                  >
                    {t("omitted", { count: omitted })}
                  </Link>
                </li>
              )}
              <Dial dial={dial} href={hrefOf(dial.callId)} isCurrent={dial.callId === callId} />
            </Fragment>
          );
        })}
      </DialList>
      <p className="flex items-start gap-2 border-t px-4 py-2.5">
        <Next contact={contact} now={now} />
      </p>
    </Card>
  );
}

function Dial({ dial, href, isCurrent }: { dial: TrailCall; href: Route; isCurrent: boolean }) {
  const t = useTranslations("contacts");
  return (
    <li
      className={cn(
        "relative flex flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-1.5 hover:bg-hover/60",
        isCurrent && "bg-accent-soft",
      )}
    >
      <Link
        href={href}
        prefetch={false}
        {...(isCurrent ? { "aria-current": "page" as const } : {})}
        className="flex min-w-0 items-center gap-3 outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
      >
        <span className="min-w-6 text-muted tabular">
          {dial.attempt === null ? (
            <span className="sr-only">{t("attemptUnknown")}</span>
          ) : (
            <>
              <span className="sr-only">{t("attempt")} </span>
              {dial.attempt}
            </>
          )}
        </span>
        <OutcomeBadge type={dial.outcome} status={dial.status} plain />
      </Link>
      {dial.dialResult === "not_dialled" && <span className="text-xs text-muted">{t("notDialled")}</span>}
      {isCurrent && <Badge tone="outline">{t("thisCall")}</Badge>}
      <Time value={dial.occurredAt} format="compact" className="ms-auto text-muted" />
    </li>
  );
}

/** What comes next: a booked dial, or none. */
function Next({ contact, now }: { contact: ListedContact; now: Date }) {
  const t = useTranslations("contacts");
  if (contact.state === "trying") {
    return (
      <>
        <Clock className="mt-0.5 size-4 shrink-0 text-subtle" aria-hidden />
        <span className="min-w-0">
          {contact.nextRetryAt === null ? t("nextUnknown") : <Countdown at={contact.nextRetryAt} serverNow={now} />}
        </span>
      </>
    );
  }
  return (
    <>
      <CircleCheckBig className="mt-0.5 size-4 shrink-0 text-subtle" aria-hidden />
      <span className="min-w-0 text-muted">
        {contact.isInferred ? t("inferredHint") : t(contact.state === "called_off" ? "noneCalledOff" : "noneComing")}
      </span>
    </>
  );
}

export function ContactSkeleton() {
  return (
    <div className="space-y-3 rounded-lg border bg-surface p-4" aria-busy>
      <Skeleton className="w-32" />
      <Skeleton className="w-2/3" />
      <Skeleton className="w-1/2" />
    </div>
  );
}
