import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { cache } from "react";

import { ClientMessages } from "@/components/client-messages";
import { getCall } from "@/db/calls/read";
import { maskNumberFor, maskTextFor } from "@/lib/phone/access";
import type { SearchParams } from "@/lib/url/parameters";
import { callIdOfSegment } from "@/lib/url/path-segment";
import { getUser, requirePage } from "@/server/auth/gates";
import { numberAccess } from "@/server/auth/viewer";
import { answerNotFound } from "@/server/not-found";

import { CallView } from "./call-view";
import CallNotFound from "./not-found";

type Props = { params: Promise<{ callId: string }>; searchParams: Promise<SearchParams> };

/** Cached, so that the metadata and the page read the call with one query. */
const readCall = cache(getCall);

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  // The page itself redirects to the sign-in page.
  const user = await getUser();
  if (user === null) {
    return {};
  }
  const [t, access, found] = await Promise.all([
    getTranslations("call"),
    numberAccess(user),
    readCall(await callIdOf(params)),
  ]);
  if (found === null) {
    return { title: t("notFound.title") };
  }
  const { customerName, phoneNumber } = found.call;
  const name = maskTextFor(access, customerName, phoneNumber);
  const number = phoneNumber === null ? null : maskNumberFor(access, phoneNumber);
  return { title: t("title", { who: name ?? number ?? t("unnamed") }) };
}

/** One call. An unknown id is answered with 404, which is possible only before the first byte is sent. */
export default async function CallPage({ params, searchParams }: Props) {
  const user = await requirePage("viewer");
  const found = await readCall(await callIdOf(params));
  if (found === null) {
    return answerNotFound(<CallNotFound />);
  }
  return (
    <ClientMessages of={["call", "contacts"]}>
      <CallView found={found} user={user} searchParams={await searchParams} />
    </ClientMessages>
  );
}

/** Next passes the segment percent-encoded, and an id may contain any text. */
async function callIdOf(params: Props["params"]): Promise<string> {
  const { callId } = await params;
  try {
    return callIdOfSegment(decodeURIComponent(callId));
  } catch {
    return callIdOfSegment(callId);
  }
}
