import type { ReactNode } from "react";

import { ClientMessages } from "@/components/client-messages";
import { LocaleSwitch } from "@/components/locale-switch";
import { LogoMark } from "@/components/logo";
import { ThemeToggle } from "@/components/theme-toggle";

/** The layout of the pages that need no session: one column, with switches for the language and the theme. */
export default function PublicLayout({ children }: { children: ReactNode }) {
  return (
    <ClientMessages of={["shell", "auth"]}>
      <div className="flex min-h-dvh flex-col">
        <header className="flex flex-wrap items-center justify-between gap-3 px-4 py-3 sm:px-6">
          <span className="flex items-center gap-2 text-base font-semibold">
            <LogoMark />
            Callboard
          </span>
          <div className="flex items-center gap-2">
            <LocaleSwitch />
            <ThemeToggle />
          </div>
        </header>
        <main className="flex flex-1 items-start justify-center px-4 pt-[8vh] pb-16">
          <div className="w-full max-w-sm">{children}</div>
        </main>
      </div>
    </ClientMessages>
  );
}
