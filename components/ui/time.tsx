import { useFormatter, useNow, useTranslations } from "next-intl";

import { cn } from "@/components/cn";
import { formats } from "@/lib/i18n/formats";

/**
 * A time in the organization's time zone. The tooltip shows the time in UTC and relative to now. `value` is a Date or an ISO
 * string; `null` and invalid strings are shown as "Unknown", never as a dash.
 */
export function Time({
  value,
  format = "dateTime",
  className,
}: {
  value: Date | string | null;
  format?: keyof (typeof formats)["dateTime"];
  className?: string;
}) {
  const formatter = useFormatter();
  const now = useNow();
  const t = useTranslations("common");
  const date = value === null ? null : new Date(value);
  if (date === null || Number.isNaN(date.getTime())) {
    return <span className={cn("text-subtle", className)}>{t("state.unknown")}</span>;
  }
  const utc = t("time.utc", { time: formatter.dateTime(date, { ...formats.dateTime.full, timeZone: "UTC" }) });
  const relative = formatter.relativeTime(date, now);
  return (
    // The relative time may differ between the server and the browser.
    <time dateTime={date.toISOString()} title={`${utc} · ${relative}`} suppressHydrationWarning className={className}>
      {formatter.dateTime(date, formats.dateTime[format])}
    </time>
  );
}
