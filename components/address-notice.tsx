"use client";

import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";

import { isOwnAddress } from "./own-address";
import { slot } from "./slot";
import { Ltr } from "./ui/ltr";
import { Notice } from "./ui/notice";

/**
 * Says which address to open if the page was opened at another one: there the server refuses every action, and the browser does not keep a
 * session. Only the browser knows its address for certain, because proxies rewrite `Host`. `isKnownToDiffer`: the server is certain too, so
 * the notice is in the HTML.
 */
export function AddressNotice({ address, isKnownToDiffer }: { address: string; isKnownToDiffer: boolean }) {
  const t = useTranslations("common.address");
  const isElsewhere = useSyncExternalStore(
    subscribeToNothing,
    () => !isOwnAddress(),
    () => isKnownToDiffer,
  );
  if (!isElsewhere) {
    return null;
  }
  return (
    <Notice tone="warning" title={t("elsewhereTitle")} announce className="m-3 print:hidden">
      <p>
        {t.rich("elsewhereBody", {
          link: slot(<AddressLink address={address} />),
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
