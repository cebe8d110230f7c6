import { clsx } from "clsx";
import { useTranslations } from "next-intl";

import { RowIcon } from "@/components/ui/row-icon";
import type { RowIconName } from "@/components/ui/row-icon-styles";
import type { StateChoice } from "@/lib/call/contact";

/** The icon and the colours of a state: all different, so that no state is recognized by its colour alone. */
const LOOKS: Record<StateChoice, { icon: RowIconName; tone: string }> = {
  reached: { icon: "user-check", tone: "tone-success" },
  trying: { icon: "rotate-cw", tone: "tone-info" },
  overdue: { icon: "alarm-clock", tone: "tone-warning" },
  not_reached: { icon: "user-x", tone: "outcome-user-unavailable" },
  called_off: { icon: "calendar-off", tone: "outcome-cancelled" },
};

/**
 * The state of a contact: colour, icon and label. `isInferred` marks a state that follows from the ending of a single call, because the vendor
 * said nothing of a retry group.
 */
export function ContactBadge({ state, isInferred }: { state: StateChoice; isInferred: boolean }) {
  const t = useTranslations("contacts");
  const { icon, tone } = LOOKS[state];
  const badge = (
    <span title={t(`stateHint.${state}`)} className={clsx("tag filled", tone)}>
      <RowIcon name={icon} className="text-current" />
      <span>{t(`state.${state}`)}</span>
    </span>
  );
  return isInferred ? (
    <span className="inline-flex max-w-full min-w-0 items-center gap-1.5 align-middle whitespace-nowrap">
      {badge}
      <span title={t("inferredHint")} className="text-xs text-muted">
        {t("inferred")}
      </span>
    </span>
  ) : (
    badge
  );
}
