"use client";

import { PageError } from "@/components/page-error";

/** Where even the frame of the page could not be made: mostly a database that is away. */
export default function RootError({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <main>
      <PageError error={error} retry={retry} />
    </main>
  );
}
