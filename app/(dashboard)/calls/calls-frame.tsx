"use client";

import type { Route } from "next";
import { useTranslations } from "next-intl";
import { useRouter, useSearchParams, useSelectedLayoutSegment } from "next/navigation";
import { createContext, type ReactNode, use } from "react";

import { Sheet } from "@/components/ui/sheet";

const PanelContext = createContext(false);

/** Whether the component is in the panel beside the list instead of on a page. */
export function useIsPanel(): boolean {
  return use(PanelContext);
}

/** Next's segment names of a slot that shows its index page or its default. */
const NO_CALL = new Set(["__PAGE__", "__DEFAULT__", "(__SLOT__)"]);

/**
 * Shows a call that was opened from the list in a panel beside the list. The router also fills the slot if a call is opened from another
 * call's page; the new call then replaces that page.
 */
export function CallsFrame({ panel, children }: { panel: ReactNode; children: ReactNode }) {
  const pageSegment = useSelectedLayoutSegment();
  const panelSegment = useSelectedLayoutSegment("panel");
  const hasPanel = panelSegment !== null && !NO_CALL.has(panelSegment);
  if (hasPanel && pageSegment !== null) {
    return panel;
  }
  return (
    <>
      {children}
      {hasPanel && <CallPanel>{panel}</CallPanel>}
    </>
  );
}

function CallPanel({ children }: { children: ReactNode }) {
  const t = useTranslations("call.panel");
  const router = useRouter();
  const params = useSearchParams();
  const close = () => {
    const query = params.toString();
    router.push((query === "" ? "/calls" : `/calls?${query}`) as Route, { scroll: false });
  };
  return (
    <Sheet
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) {
          close();
        }
      }}
      modal={false}
      title={t("title")}
      className="max-w-3xl bg-background [--sticky-top:0px]"
    >
      <PanelContext value={true}>
        <div className="p-4">{children}</div>
      </PanelContext>
    </Sheet>
  );
}
