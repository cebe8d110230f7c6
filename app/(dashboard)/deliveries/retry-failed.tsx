"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { toast } from "sonner";

import { heedRefusal } from "@/components/session-ended";

import { retryFailedCalls } from "./actions";

/** Asks the API again about the calls that were given up. */
export function RetryFailed() {
  const t = useTranslations("deliveries");
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const retry = () =>
    startTransition(async () => {
      const answer = await retryFailedCalls().catch(() => ({ ok: false as const, reason: "offline" as const }));
      if (answer.ok) {
        toast.success(t("alert.failedRetried", { count: answer.count }));
        router.refresh();
      } else {
        heedRefusal(answer.reason);
        toast.error(t(`replay.error.${answer.reason}`));
      }
    });
  return (
    <button
      type="button"
      onClick={retry}
      disabled={pending}
      className="font-medium whitespace-nowrap underline underline-offset-2 disabled:opacity-60"
    >
      {t("alert.failedRetry")}
    </button>
  );
}
