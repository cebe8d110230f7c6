"use client";

import { NextIntlClientProvider, useLocale, useMessages } from "next-intl";
import { type ReactNode, useMemo } from "react";

import { mergeMessages, type SomeMessages } from "@/lib/i18n/pick-messages";

/** Adds messages to those of the providers above. next-intl's own provider would replace them. */
export function AddedMessages({ messages, children }: { messages: SomeMessages; children: ReactNode }) {
  const locale = useLocale();
  const outer = useMessages();
  const all = useMemo(() => mergeMessages(outer, messages), [outer, messages]);
  return (
    <NextIntlClientProvider locale={locale} messages={all}>
      {children}
    </NextIntlClientProvider>
  );
}
