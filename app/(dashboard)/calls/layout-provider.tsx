"use client";

import { createContext, type ReactNode, use, useMemo, useState } from "react";

import type { TableLayout } from "@/components/data-table";
import { writeCookie } from "@/components/preferences";

import { DEFAULT_LAYOUT, LAYOUT_COOKIE, writeLayout } from "./table-layout";

type Held = { layout: TableLayout; setLayout: (layout: TableLayout) => void };

const LayoutContext = createContext<Held>({ layout: DEFAULT_LAYOUT, setLayout: () => {} });

/** Holds which columns the reader wants, for the menu that changes them and the table that shows them, and keeps it in the cookie. */
export function LayoutProvider({ initial, children }: { initial: TableLayout; children: ReactNode }) {
  const [layout, setLayout] = useState(initial);
  const held = useMemo(
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
    <LayoutContext value={held}>
      {/* Where there is a table, the page is as high as the window and the table is what scrolls. */}
      <div className="group/list md:flex md:h-[max(36rem,calc(100dvh-3.75rem))] md:flex-col">{children}</div>
    </LayoutContext>
  );
}

export function useLayout(): Held {
  return use(LayoutContext);
}
