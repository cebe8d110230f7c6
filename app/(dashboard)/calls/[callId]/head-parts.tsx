"use client";

import { ChevronLeft } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { LinkButton } from "@/components/ui/link-button";

import { useIsPanel } from "../calls-frame";

/** Who the call is about. In the panel, the list's own heading is the page's first. */
export function HeadTitle({ children }: { children: ReactNode }) {
  const Heading = useIsPanel() ? "h2" : "h1";
  return <Heading className="min-w-0 text-xl font-semibold tracking-tight break-words">{children}</Heading>;
}

/** The way back to the list with its filter; in the panel, the list is there already. */
export function BackToList({ href }: { href: Route }) {
  const t = useTranslations("call");
  return useIsPanel() ? null : (
    <LinkButton href={href} variant="ghost" size="sm" className="-ms-2.5">
      <ChevronLeft className="rtl-flip" aria-hidden />
      {t("back")}
    </LinkButton>
  );
}
