"use client";

import { ChevronLeft } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { LinkButton } from "@/components/ui/link-button";
import type { CallListView } from "@/lib/call/list-view";

import { useIsPanel } from "../calls-frame";

/** The call's heading. In the panel it is an `h2`, because the list's heading is the page's `h1`. */
export function HeadTitle({ children }: { children: ReactNode }) {
  const Heading = useIsPanel() ? "h2" : "h1";
  return <Heading className="min-w-0 text-xl font-semibold tracking-tight break-words">{children}</Heading>;
}

/** A link back to the filtered list. Renders nothing in the panel, because the list is beside it. */
export function BackToList({ by, href }: { by: CallListView["by"]; href: Route }) {
  const t = useTranslations("call");
  return useIsPanel() ? null : (
    <LinkButton href={href} variant="ghost" size="sm" className="-ms-2.5">
      <ChevronLeft className="rtl-flip" aria-hidden />
      {t(by === "contacts" ? "backToContacts" : "back")}
    </LinkButton>
  );
}
