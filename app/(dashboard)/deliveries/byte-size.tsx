import { useTranslations } from "next-intl";

import { Ltr } from "@/components/ui/ltr";

/** A size: in bytes below 1,000 bytes, otherwise in KB or MB with one decimal. */
export function ByteSize({ bytes }: { bytes: number }) {
  const t = useTranslations("deliveries.size");
  const tenths = (value: number) => Math.round(value * 10) / 10;
  return (
    <Ltr className="whitespace-nowrap">
      {bytes < 1000
        ? t("bytes", { size: bytes })
        : bytes < 999_950
          ? t("kilobytes", { size: tenths(bytes / 1000) })
          : t("megabytes", { size: tenths(bytes / 1_000_000) })}
    </Ltr>
  );
}
