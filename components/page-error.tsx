"use client";

import { CloudOff } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { AutoRetry } from "@/components/ui/auto-retry";
import { EmptyState } from "@/components/ui/empty-state";

/** Replaces a page that could not be loaded, and retries automatically. Never shows the error's message, which may contain personal data. */
export function PageError({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations("common.error");
  const digest = error instanceof Error && "digest" in error && typeof error.digest === "string" ? error.digest : null;
  return (
    <div role="alert">
      <EmptyState
        icon={CloudOff}
        title={t("pageTitle")}
        headingLevel="h1"
        action={<AutoRetry retry={retry} />}
        className="py-[14vh]"
      >
        <p>{t("pageBody")}</p>
        {digest !== null && (
          <p className="mt-2 text-xs text-subtle">{t.rich("reference", { digest, code: digestCode })}</p>
        )}
      </EmptyState>
    </div>
  );
}

function digestCode(chunks: ReactNode) {
  return <bdi className="font-mono">{chunks}</bdi>;
}
