"use client";

import { RotateCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent, useState } from "react";

import { Button } from "./button";

const PAUSES_SECONDS = [3, 5, 8, 15, 30];

// How often in a row, across the fallbacks that a failing retry mounts anew; a long calm starts over.
let attempts = 0;
let lastFailure = 0;

/** A button to try again, which also presses itself: after growing pauses, and at once when the connection or the tab comes back. */
export function AutoRetry({ retry, size = "md" }: { retry: () => void; size?: "sm" | "md" }) {
  const t = useTranslations("common");
  const [seconds, setSeconds] = useState<number | null>(null);
  const tryAgain = useEffectEvent(() => {
    setSeconds(0);
    retry();
  });

  useEffect(() => {
    const now = Date.now();
    attempts = now - lastFailure > 60_000 ? 0 : attempts + 1;
    lastFailure = now;
    let left = PAUSES_SECONDS[Math.min(attempts, PAUSES_SECONDS.length - 1)] ?? 30;
    const timer = setInterval(() => {
      if (document.visibilityState === "hidden" || !navigator.onLine) {
        return;
      }
      left = left > 0 ? left - 1 : 15;
      setSeconds(left);
      if (left === 0) {
        tryAgain();
      }
    }, 1_000);
    const onReturn = () => tryAgain();
    window.addEventListener("online", onReturn);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", onReturn);
    };
  }, []);

  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Button size={size} onClick={tryAgain}>
        <RotateCw aria-hidden />
        {t("action.retry")}
      </Button>
      <span className="text-xs text-subtle tabular" aria-live="off">
        {seconds === null ? null : seconds === 0 ? t("error.retryingNow") : t("error.retrying", { seconds })}
      </span>
    </div>
  );
}
