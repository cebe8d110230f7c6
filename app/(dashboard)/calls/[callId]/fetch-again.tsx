"use client";

import { RotateCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { toast } from "sonner";

import { ActionButton } from "@/components/action-button";
import { useAction } from "@/components/use-action";

import { fetchCallAgain } from "./actions";

/** A button that fetches a call from the API again, after the last attempt failed. */
export function FetchAgain({ callId }: { callId: string }) {
  const t = useTranslations("call");
  const { run, pending } = useAction();
  const fetchAgain = async () => {
    const answer = await run(() => fetchCallAgain(callId));
    if (answer.ok) {
      toast.success(t("enrichment.retryAsked"));
    }
  };
  return (
    <ActionButton action={fetchCallAgain} fields={{ callId }} size="sm" pending={pending} onPress={fetchAgain}>
      <RotateCw aria-hidden />
      {t("enrichment.retry")}
    </ActionButton>
  );
}
