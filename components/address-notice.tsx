"use client";

import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";

import { isOwnAddress } from "./own-address";
import { slot } from "./slot";
import { Ltr } from "./ui/ltr";
import { Notice } from "./ui/notice";
import { useIsHydrated } from "./use-is-hydrated";

/**
 * Says which address to open if the page was opened at another one: there the server refuses every action, and the browser does not keep a
 * session. Only the browser knows its address for certain, because proxies rewrite `Host`. `seemsToDiffer`: the server suspects it
 * (`lib/http/plain-http.ts`), so the HTML contains a notice that leaves it open until the browser knows.
 */
export function AddressNotice({ address, seemsToDiffer }: { address: string; seemsToDiffer: boolean }) {
  const t = useTranslations("common.address");
  const isCertain = useIsHydrated();
  const isElsewhere = useSyncExternalStore(
    subscribeToNothing,
    () => !isOwnAddress(),
    () => seemsToDiffer,
  );
  if (!isElsewhere) {
    return null;
  }
  return (
    <Notice
      tone="warning"
      title={t(isCertain ? "elsewhereTitle" : "maybeElsewhereTitle")}
      announce
      className="m-3 print:hidden"
    >
      <p>
        {t.rich(isCertain ? "elsewhereBody" : "maybeElsewhereBody", {
          link: slot(<AddressLink address={address} />),
          scheme: slot(<Ltr>http://</Ltr>),
          variable: slot(<Ltr>APP_URL</Ltr>),
        })}
      </p>
    </Notice>
  );
}

function AddressLink({ address }: { address: string }) {
  return (
    <a href={address} className="font-medium underline underline-offset-2">
      <Ltr>{address}</Ltr>
    </a>
  );
}

function subscribeToNothing() {
  return () => {};
}
