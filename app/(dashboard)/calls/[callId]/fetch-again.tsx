"use client";

import { RotateCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { toast } from "sonner";

import { heedRefusal } from "@/components/session-ended";
import { Button } from "@/components/ui/button";

import { notReached } from "./action-answer";
import { fetchCallAgain } from "./actions";

export function FetchAgain({ callId }: { callId: string }) {
  const t = useTranslations("call");
  const errors = useTranslations("auth.error");
  const [isPending, startTransition] = useTransition();
  const ask = () =>
    startTransition(async () => {
      const answer = await fetchCallAgain(callId).catch(notReached);
      if (answer.ok) {
        toast.success(t("enrichment.retryAsked"));
      } else {
        heedRefusal(answer.reason);
        toast.error(answer.reason === "failed" ? t("review.failed") : errors(answer.reason));
      }
    });
  return (
    <Button size="sm" pending={isPending} onClick={ask}>
      <RotateCw aria-hidden />
      {t("enrichment.retry")}
    </Button>
  );
}
