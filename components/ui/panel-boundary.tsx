"use client";

import { catchError } from "next/error";
import type { ReactNode } from "react";

import { ErrorPanel } from "./error-panel";

/**
 * Around each panel of a page (outside its Suspense): when the panel's query fails, the panel says so and tries again by itself, and
 * the rest of the page stands. `redirect()`, `notFound()` and `forbidden()` pass through.
 */
export const PanelBoundary = catchError<{ title?: ReactNode; className?: string }>(
  ({ title, className }, { retry }) => (
    <ErrorPanel title={title} retry={retry} {...(className === undefined ? {} : { className })} />
  ),
);
