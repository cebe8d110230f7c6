"use client";

import { CircleAlert, CircleCheck, CircleDashed, PlugZap } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";

import { type ApiTestResult, testApi } from "./actions";

/** Tests whether the API answers and accepts the key. */
export function ApiTest() {
  const t = useTranslations("settings.vendor.apiTest");
  const { submit, answer: submitted, refusal: refusedForm } = useActionForm(testApi);
  const [result, setResult] = useState<ApiTestResult | null>(submitted?.ok ? submitted.result : null);
  const { run, pending, refusal } = useAction({ beside: true });
  const test = async () => {
    setResult(null);
    const answer = await run(() => testApi());
    if (answer.ok) {
      setResult(answer.result);
    }
  };
  return (
    <div>
      <form
        action={submit}
        onSubmit={(event) => {
          event.preventDefault();
          void test();
        }}
      >
        <Button type="submit" size="sm" pending={pending}>
          <PlugZap aria-hidden />
          {pending ? t("testing") : t("test")}
        </Button>
      </form>
      <div aria-live="polite" className="not-empty:mt-3">
        <RefusalNotice refusal={refusal ?? refusedForm} />
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
