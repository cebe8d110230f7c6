"use client";

import { createContext, type ReactNode, use, useMemo, useState } from "react";

import type { TableLayout } from "@/components/data-table";
import { writeCookie } from "@/components/preferences";

import { DEFAULT_LAYOUT, LAYOUT_COOKIE, writeLayout } from "./table-layout";

type LayoutState = { layout: TableLayout; setLayout: (layout: TableLayout) => void };

const LayoutContext = createContext<LayoutState>({ layout: DEFAULT_LAYOUT, setLayout: () => {} });

/** Provides the table's layout to the column menu and the table, and stores changes in the cookie. */
export function LayoutProvider({ initial, children }: { initial: TableLayout; children: ReactNode }) {
  const [layout, setLayout] = useState(initial);
  const state = useMemo(
    () => ({
      layout,
      setLayout: (next: TableLayout) => {
        setLayout(next);
        writeCookie(LAYOUT_COOKIE, writeLayout(next));
      },
    }),
    [layout],
  );
  return (
    <LayoutContext value={state}>
      {/* Where the list is a table, the page is as high as the window and the table scrolls. */}
      <div className="group/list md:flex md:h-[max(36rem,calc(100dvh-3.75rem))] md:flex-col">{children}</div>
    </LayoutContext>
  );
}

export function useLayout(): LayoutState {
  return use(LayoutContext);
}
