import { useTranslations } from "next-intl";

import { Badge } from "@/components/ui/badge";
import { RowIcon } from "@/components/ui/row-icon";
import type { RowIconName } from "@/components/ui/row-icon-styles";
import type { Verdict } from "@/lib/delivery/verdict";

const STYLES = {
  applied: { tone: "success", icon: "check" },
  duplicate: { tone: "neutral", icon: "copy-check" },
  superseded: { tone: "info", icon: "corner-down-right" },
  quarantined: { tone: "warning", icon: "inbox" },
} as const satisfies Record<Verdict, { tone: string; icon: RowIconName }>;

/** The verdict of a delivery, with colour, icon and label. */
export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const t = useTranslations("deliveries");
  const { tone, icon } = STYLES[verdict];
  return (
    <Badge tone={tone} title={t(`verdictHint.${verdict}`)}>
      <RowIcon name={icon} className={verdict === "superseded" ? "rtl-flip" : undefined} />
      {t(`verdict.${verdict}`)}
    </Badge>
  );
}
