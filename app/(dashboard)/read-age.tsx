import { getFormatter, getTranslations } from "next-intl/server";

import { Notice } from "@/components/ui/notice";
import { formats } from "@/lib/i18n/formats";
import { readAge } from "@/server/reading";

import { formatAge } from "./format-age";

/** Says how old the page's lists and figures are, if the replica that they are read from is more than a few seconds behind. */
export async function ReadAge({ className }: { className?: string }) {
  const age = await readAge();
  if (age === null) {
    return null;
  }
  const [t, format] = await Promise.all([getTranslations("deliveries.replica"), getFormatter()]);
  return (
    <Notice tone="warning" {...(className === undefined ? {} : { className })}>
      {age.asOf === null
        ? t("ageUnknown")
        : t("age", {
            time: format.dateTime(age.asOf, formats.dateTime[age.milliseconds < DAY_MS ? "clock" : "full"]),
            age: formatAge(age.milliseconds, format),
          })}
    </Notice>
  );
}

const DAY_MS = 86_400_000;
