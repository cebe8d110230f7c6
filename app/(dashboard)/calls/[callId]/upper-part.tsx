import type { ReactNode } from "react";

import { Suspense } from "@/components/suspense";

/**
 * A part of a call's page that stands above others. If what it shows has been read, it comes with them: React sends a `Suspense` boundary on a page of
 * this size after the rest even if it is complete, and the rest would move as it appears. Otherwise it comes later.
 */
export function UpperPart({
  isRead,
  fallback,
  children,
}: {
  isRead: boolean;
  fallback: ReactNode;
  children: ReactNode;
}) {
  return isRead ? children : <Suspense fallback={fallback}>{children}</Suspense>;
}
