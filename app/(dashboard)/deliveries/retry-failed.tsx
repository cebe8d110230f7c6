"use client";

import { useTranslations } from "next-intl";
import { toast } from "sonner";

import { RefusalNotice } from "@/components/refusal-notice";
import { useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";

import { retryFailedCalls } from "./actions";

/** A button that retries the calls whose enrichment failed. */
export function RetryFailed() {
  const t = useTranslations("deliveries");
  const { run, pending } = useAction();
  const { submit, refusal } = useActionForm(retryFailedCalls);
  const retry = async () => {
    const answer = await run(() => retryFailedCalls());
    if (answer.ok) {
      toast.success(t("alert.failedRetried", { count: answer.count }));
    }
  };
  return (
    <form
      action={submit}
      onSubmit={(event) => {
        event.preventDefault();
        void retry();
      }}
    >
      <button
        type="submit"
        disabled={pending}
        className="font-medium whitespace-nowrap underline underline-offset-2 disabled:opacity-60"
      >
        {t("alert.failedRetry")}
      </button>
      <RefusalNotice refusal={refusal} />
    </form>
  );
}
