"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

import { slot } from "@/components/slot";
import { Time } from "@/components/ui/time";
import { isOverdue } from "@/lib/call/contact";
import { remainingUntil } from "@/lib/time/countdown";

/**
 * How long until the next dial of a contact, or since when it is overdue. The first text is the server's, so that it is right without scripts;
 * then it follows the clock.
 */
export function Countdown({ at, serverNow }: { at: Date; serverNow: Date }) {
  const t = useTranslations("contacts");
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const tick = () => setNow(new Date());
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, []);
  if (isOverdue(at, now)) {
    return (
      <span className="font-medium text-warning-text">
        {t.rich("overdueSince", { time: slot(<Time value={at} format="compact" />) })}
      </span>
    );
  }
  const { unit, ...numbers } = remainingUntil(at, now);
  return (
    <>
      {t.rich("nextTry", { time: slot(<Time value={at} format="compact" />) })}{" "}
      <span className="whitespace-nowrap text-muted tabular" data-testid="countdown">
        {t(`remaining.${unit}`, numbers)}
      </span>
    </>
  );
}
