"use client";

import { CircleAlert, CircleCheck, CircleDashed, PlugZap } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";

import { heedRefusal } from "@/components/session-ended";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

import { type ApiTestResult, testApi } from "./actions";

type Refused = "signedOut" | "forbidden" | "unavailable" | "offline";

/** Asks the API whether it is there and whether it accepts the key. */
export function ApiTest() {
  const t = useTranslations("settings.vendor.apiTest");
  const tRefused = useTranslations("settings.refused");
  const router = useRouter();
  const [result, setResult] = useState<ApiTestResult | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [pending, startTransition] = useTransition();
  const test = () =>
    startTransition(async () => {
      setResult(null);
      setRefused(null);
      const answer = await testApi().catch(() => ({ ok: false as const, reason: "offline" as const }));
      if (answer.ok) {
        setResult(answer.result);
        router.refresh();
      } else {
        heedRefusal(answer.reason);
        setRefused(answer.reason);
      }
    });
  return (
    <div>
      <Button size="sm" pending={pending} onClick={test}>
        <PlugZap aria-hidden />
        {pending ? t("testing") : t("test")}
      </Button>
      <div aria-live="polite" className="not-empty:mt-3">
        {refused !== null && <Notice tone="danger">{tRefused(refused)}</Notice>}
        {result !== null && <Steps result={result} />}
      </div>
    </div>
  );
}

function Steps({ result }: { result: ApiTestResult }) {
  const t = useTranslations("settings.vendor.apiTest");
  const tErrors = useTranslations("call.apiError");
  const { health, key } = result;
  return (
    <ul className="space-y-1.5">
      <Step look={health.ok ? "good" : "bad"} title={t(health.ok ? "reachable" : "notReachable")}>
        {health.ok ? null : tErrors(health.error)}
      </Step>
      {key === "missing" ? (
        <Step look="unknown" title={t("keyMissing")} />
      ) : (
        <Step
          look={key === "accepted" ? "good" : key === "refused" ? "bad" : "unknown"}
          title={t(key === "accepted" ? "keyAccepted" : key === "refused" ? "keyRefused" : "keyUntested")}
        >
          {key === "accepted" ? t("resumed") : result.error === null ? null : tErrors(result.error)}
        </Step>
      )}
    </ul>
  );
}

const LOOKS = {
  good: { Icon: CircleCheck, className: "text-success-text" },
  bad: { Icon: CircleAlert, className: "text-danger-text" },
  unknown: { Icon: CircleDashed, className: "text-muted" },
};

function Step({ look, title, children }: { look: keyof typeof LOOKS; title: string; children?: string | null }) {
  const { Icon, className } = LOOKS[look];
  return (
    <li className="flex items-start gap-2">
      <Icon className={`mt-0.5 size-4 shrink-0 ${className}`} aria-hidden />
      <span>
        <span className="font-medium">{title}</span>
        {children !== null && children !== undefined && <span className="block text-muted">{children}</span>}
      </span>
    </li>
  );
}
