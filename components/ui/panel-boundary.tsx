"use client";

import { catchError } from "next/error";
import type { ReactNode } from "react";

import { ErrorPanel } from "./error-panel";

/**
 * The error boundary of one panel, placed outside the panel's `Suspense`. If the panel's query fails, an `ErrorPanel` replaces the
 * panel and retries, and the rest of the page stays. `redirect()`, `notFound()` and `forbidden()` pass through.
 */
export const PanelBoundary = catchError<{ title?: ReactNode; className?: string }>(
  ({ title, className }, { retry }) => (
    <ErrorPanel title={title} retry={retry} {...(className === undefined ? {} : { className })} />
  ),
);
