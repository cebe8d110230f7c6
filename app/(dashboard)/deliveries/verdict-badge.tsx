import { Check, CopyCheck, CornerDownRight, Inbox, type LucideIcon } from "lucide-react";
import { useTranslations } from "next-intl";

import { Badge } from "@/components/ui/badge";
import type { Verdict } from "@/lib/delivery/verdict";

const STYLES = {
  applied: { tone: "success", icon: Check },
  duplicate: { tone: "neutral", icon: CopyCheck },
  superseded: { tone: "info", icon: CornerDownRight },
  quarantined: { tone: "warning", icon: Inbox },
} as const satisfies Record<Verdict, { tone: string; icon: LucideIcon }>;

/** The verdict of a delivery, with colour, icon and label. */
export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const t = useTranslations("deliveries");
  const { tone, icon: Icon } = STYLES[verdict];
  return (
    <Badge tone={tone} title={t(`verdictHint.${verdict}`)}>
      <Icon className={verdict === "superseded" ? "rtl-flip" : ""} aria-hidden />
      {t(`verdict.${verdict}`)}
    </Badge>
  );
}
