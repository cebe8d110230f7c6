"use client";

import { Send } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useState } from "react";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";
import { callHref } from "@/lib/call/link";

import { sendTestCall, type TestCallResult } from "./actions";

/** Sends a test call to the webhook endpoint and shows the result. */
export function TestCall({ label }: { label: string }) {
  const t = useTranslations("settings.vendor.test");
  const { submit, answer: submitted, refusal: refusedForm } = useActionForm(sendTestCall);
  const [result, setResult] = useState<TestCallResult | null>(submitted?.ok ? submitted.result : null);
  const { run, pending, refusal } = useAction({ beside: true });
  const send = async () => {
    setResult(null);
    const answer = await run(() => sendTestCall(label));
    if (answer.ok) {
      setResult(answer.result);
    }
  };
  return (
    <div className="space-y-2.5">
      <form
        action={submit}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <input type="hidden" name="label" value={label} />
        <Button type="submit" size="sm" pending={pending}>
          <Send className="rtl-flip" aria-hidden />
          {pending ? t("sending") : t("send")}
        </Button>
      </form>
      <RefusalNotice refusal={refusal ?? refusedForm} />
      {result !== null && <Result result={result} />}
    </div>
  );
}

function Result({ result }: { result: TestCallResult }) {
  const t = useTranslations("settings.vendor.test");
  const tDeliveries = useTranslations("deliveries");
  switch (result.outcome) {
    case "unknown_secret":
      return (
        <Notice tone="danger" announce title={t("unknownSecretTitle")}>
          {t("unknownSecretBody")}
        </Notice>
      );
    case "unreachable":
      return (
        <Notice tone="danger" announce title={t("unreachableTitle")}>
          {t("unreachableBody", { code: result.code })}
        </Notice>
      );
    case "wrong_answer":
      return (
        <Notice tone="danger" announce title={t("wrongAnswerTitle", { status: result.status })}>
          {t("wrongAnswerBody")}
        </Notice>
      );
    case "answered": {
      const { verdict, milliseconds, callId, deliveryId } = result;
      const isStored = verdict !== "quarantined" && verdict !== "spooled";
      return (
        <Notice
          tone={isStored ? "success" : "warning"}
          announce
          title={
            verdict === "spooled"
              ? t("spooledTitle")
              : t("answeredTitle", { verdict: tDeliveries(`verdict.${verdict}`), milliseconds })
          }
        >
          {verdict === "spooled" ? t("spooledBody") : isStored ? t("appliedBody") : t("quarantinedBody")}
          <span className="mt-1 flex flex-wrap gap-x-4 gap-y-1">
            {isStored && (
              <Link href={callHref(callId)} className="font-medium underline underline-offset-2">
                {t("openCall")}
              </Link>
            )}
            {deliveryId !== null && (
              <Link href={`/deliveries/${deliveryId}` as Route} className="font-medium underline underline-offset-2">
                {t("openDelivery")}
              </Link>
            )}
          </span>
        </Notice>
      );
    }
  }
}
