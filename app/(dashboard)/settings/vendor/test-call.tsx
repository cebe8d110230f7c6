"use client";

import { Send } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useState, useTransition } from "react";

import { heedRefusal } from "@/components/session-ended";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { callHref } from "@/lib/call/link";

import { sendTestCall, type TestCallResult } from "./actions";

type Shown = { kind: "result"; result: TestCallResult } | { kind: "refused"; reason: Refused };
type Refused = "signedOut" | "forbidden" | "unavailable" | "offline";

/** Sends a test call through the real endpoint and says what became of it. */
export function TestCall({ label }: { label: string }) {
  const t = useTranslations("settings.vendor.test");
  const tRefused = useTranslations("settings.refused");
  const [shown, setShown] = useState<Shown | null>(null);
  const [pending, startTransition] = useTransition();
  const send = () =>
    startTransition(async () => {
      setShown(null);
      const answer = await sendTestCall(label).catch(() => ({ ok: false as const, reason: "offline" as const }));
      if (!answer.ok) {
        heedRefusal(answer.reason);
      }
      setShown(answer.ok ? { kind: "result", result: answer.result } : { kind: "refused", reason: answer.reason });
    });
  return (
    <div className="space-y-2.5">
      <Button size="sm" pending={pending} onClick={send}>
        <Send className="rtl-flip" aria-hidden />
        {pending ? t("sending") : t("send")}
      </Button>
      {shown?.kind === "refused" && (
        <Notice tone="danger" announce>
          {tRefused(shown.reason)}
        </Notice>
      )}
      {shown?.kind === "result" && <Result result={shown.result} />}
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
      const arrived = verdict !== "quarantined" && verdict !== "spooled";
      return (
        <Notice
          tone={arrived ? "success" : "warning"}
          announce
          title={
            verdict === "spooled"
              ? t("spooledTitle")
              : t("answeredTitle", { verdict: tDeliveries(`verdict.${verdict}`), milliseconds })
          }
        >
          {verdict === "spooled" ? t("spooledBody") : arrived ? t("appliedBody") : t("quarantinedBody")}
          <span className="mt-1 flex flex-wrap gap-x-4 gap-y-1">
            {arrived && (
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
