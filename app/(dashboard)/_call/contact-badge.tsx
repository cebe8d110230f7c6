import { AlarmClock, CalendarOff, type LucideIcon, RotateCw, UserCheck, UserX } from "lucide-react";
import { useTranslations } from "next-intl";

import { cn } from "@/components/cn";
import type { StateChoice } from "@/lib/call/contact";

/** The icon and the colours of a state: all different, so that no state is recognized by its colour alone. */
const LOOKS: Record<StateChoice, { Icon: LucideIcon; className: string }> = {
  reached: { Icon: UserCheck, className: "bg-success-soft text-success-text" },
  trying: { Icon: RotateCw, className: "bg-info-soft text-info-text" },
  overdue: { Icon: AlarmClock, className: "bg-warning-soft text-warning-text" },
  not_reached: {
    Icon: UserX,
    className: "bg-(--outcome-user-unavailable-soft) text-(--outcome-user-unavailable-text)",
  },
  called_off: { Icon: CalendarOff, className: "bg-(--outcome-cancelled-soft) text-(--outcome-cancelled-text)" },
};

/**
 * The state of a contact: colour, icon and label. `isInferred` marks a state that follows from the ending of a single call, because the vendor
 * said nothing of a retry group.
 */
export function ContactBadge({ state, isInferred }: { state: StateChoice; isInferred: boolean }) {
  const t = useTranslations("contacts");
  const { Icon, className } = LOOKS[state];
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-1.5 align-middle whitespace-nowrap">
      <span
        title={t(`stateHint.${state}`)}
        className={cn(
          "inline-flex min-w-0 items-center gap-1.5 rounded-sm px-1.5 text-xs leading-5 font-medium",
          className,
        )}
      >
        <Icon className="size-3.5 shrink-0" aria-hidden />
        <span className="truncate">{t(`state.${state}`)}</span>
      </span>
      {isInferred && (
        <span title={t("inferredHint")} className="text-xs text-muted">
          {t("inferred")}
        </span>
      )}
    </span>
  );
}
