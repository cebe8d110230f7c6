import { PhoneForwarded } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";

import { slot } from "@/components/slot";
import { FreeText } from "@/components/ui/free-text";
import { Time } from "@/components/ui/time";
import type { Callback } from "@/lib/call/report";
import { formats } from "@/lib/i18n/formats";

/** What the report says of calling the customer back, in words. What it does not say is left out. */
export function CallbackVerdict({ callback }: { callback: Callback }) {
  const t = useTranslations("call.report.callback");
  const formatter = useFormatter();
  const { origin, at, confidence, brief, matchesToolCapture } = callback;
  const origins = ["customer_requested", "inferred_follow_up"] as const;
  const known = origins.find((one) => one === origin);
  return (
    <section className="mt-3 space-y-1 border-t pt-3 first:mt-0 first:border-t-0 first:pt-0">
      <h3 className="flex items-center gap-2 font-medium">
        <PhoneForwarded className="size-4 shrink-0 text-subtle" aria-hidden />
        {t("title")}
      </h3>
      <p>
        {known !== undefined ? (
          t(`origin.${known}`)
        ) : origin === null ? (
          t("origin.none")
        ) : (
          <bdi translate="no" className="break-words">
            {origin}
          </bdi>
        )}
      </p>
      {at !== null && <p>{t.rich("at", { time: slot(<Time value={at} />) })}</p>}
      {brief !== null && (
        <p dir="auto" className="break-words whitespace-pre-wrap">
          <FreeText>{brief}</FreeText>
        </p>
      )}
      {confidence !== null && (
        <p className="text-muted">{t("confidence", { share: formatter.number(confidence, formats.number.percent) })}</p>
      )}
      {matchesToolCapture !== null && (
        <p className="text-muted">{t(matchesToolCapture ? "matchesTool" : "differsFromTool")}</p>
      )}
    </section>
  );
}
