"use client";

import { CloudOff } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";

import { AutoRetry } from "./auto-retry";

/** Replaces a part of the page that could not be loaded. Never shows the error's message, which may contain personal data. */
export function ErrorPanel({ title, retry, className }: { title?: ReactNode; retry: () => void; className?: string }) {
  const t = useTranslations("common.error");
  return (
    <div
      role="alert"
      data-failed-panel
      className={cn("flex items-start gap-3 rounded-lg border border-dashed bg-surface px-4 py-4 text-sm", className)}
    >
      <CloudOff className="mt-0.5 size-4 shrink-0 text-warning" aria-hidden />
      <div className="min-w-0 space-y-2.5">
        <div>
          <p className="font-medium">{title ?? t("loadTitle")}</p>
          <p className="text-muted">{t("loadBody")}</p>
        </div>
        <AutoRetry retry={retry} size="sm" />
      </div>
    </div>
  );
}
