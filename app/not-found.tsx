"use client";

import { LogoMark } from "@/components/logo";
import { NotFoundMessage } from "@/components/not-found-message";

export default function NotFound() {
  return (
    <>
      <header className="flex items-center gap-2 px-4 py-3 text-base font-semibold sm:px-6">
        <LogoMark />
        Callboard
      </header>
      <main>
        <NotFoundMessage />
      </main>
    </>
  );
}
