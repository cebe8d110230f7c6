"use client";

import { PageError } from "@/components/page-error";

/** Shown when a layout fails, usually because the database is unavailable. */
export default function RootError({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <main>
      <PageError error={error} retry={retry} />
    </main>
  );
}
