"use client";

import { RotateCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent, useState } from "react";

import { Button } from "./button";

const LONGEST_PAUSE_SECONDS = 30;
const PAUSES_SECONDS = [3, 5, 8, 15, LONGEST_PAUSE_SECONDS];
/** The pause after a retry without an answer. */
const NEXT_PAUSE_SECONDS = 15;

/** A failure within this time after the previous failure counts as consecutive. */
const CONSECUTIVE_WITHIN_MS = 60_000;

/** How many consecutive failures preceded the latest failure. Outside the component, because a failed retry mounts a new component. */
let failures = 0;
let lastFailureAt = 0;

/** Counts a failure at `now` (milliseconds since 1970) and returns the seconds to wait. */
function pauseAfterFailure(now: number): number {
  failures = now - lastFailureAt > CONSECUTIVE_WITHIN_MS ? 0 : failures + 1;
  lastFailureAt = now;
  return PAUSES_SECONDS[Math.min(failures, PAUSES_SECONDS.length - 1)] ?? LONGEST_PAUSE_SECONDS;
}

/** A "Try again" button that also retries automatically: after increasing pauses while the tab is visible, and when the browser is online again. */
export function AutoRetry({ retry, size = "md" }: { retry: () => void; size?: "sm" | "md" }) {
  const t = useTranslations("common");
  const [seconds, setSeconds] = useState<number | null>(null);
  const tryAgain = useEffectEvent(() => {
    setSeconds(0);
    retry();
  });

  useEffect(() => {
    let remaining = pauseAfterFailure(Date.now());
    const timer = setInterval(() => {
      if (document.visibilityState === "hidden" || !navigator.onLine) {
        return;
      }
      remaining = remaining > 0 ? remaining - 1 : NEXT_PAUSE_SECONDS;
      setSeconds(remaining);
      if (remaining === 0) {
        tryAgain();
      }
    }, 1_000);
    const onOnline = () => tryAgain();
    window.addEventListener("online", onOnline);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", onOnline);
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
