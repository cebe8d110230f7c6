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
      <div className="group/list">{children}</div>
    </LayoutContext>
  );
}

export function useLayout(): Held {
  return use(LayoutContext);
}
