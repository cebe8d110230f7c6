import { useFormatter, useNow, useTranslations } from "next-intl";

import { Time } from "@/components/ui/time";

/** When the next dial of a contact is booked: the time, and how far away it is, or that it is overdue. */
export function NextTry({ at, isOverdue }: { at: Date; isOverdue: boolean }) {
  const t = useTranslations("contacts");
  const formatter = useFormatter();
  const now = useNow();
  return (
    <>
      <Time value={at} format="compact" /> {/* The relative time may differ between the server and the browser. */}
      <span
        suppressHydrationWarning
        className={isOverdue ? "text-xs font-medium text-warning-text" : "text-xs text-muted"}
      >
        {isOverdue ? t("state.overdue") : formatter.relativeTime(at, now)}
      </span>
    </>
  );
}
