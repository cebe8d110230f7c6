import {
  Ban,
  CalendarClock,
  CalendarX,
  CircleQuestionMark,
  CircleX,
  Hash,
  type LucideIcon,
  PhoneCall,
  PhoneMissed,
  PhoneOff,
  Unplug,
  Voicemail,
  WifiOff,
} from "lucide-react";

import { cn } from "@/components/cn";
import { OUTCOME_ICONS, outcomeColor, type OutcomeKind } from "@/lib/call/outcome";

const icons: Record<(typeof OUTCOME_ICONS)[OutcomeKind], LucideIcon> = {
  "phone-call": PhoneCall,
  "phone-missed": PhoneMissed,
  "phone-off": PhoneOff,
  "wifi-off": WifiOff,
  voicemail: Voicemail,
  "circle-x": CircleX,
  ban: Ban,
  hash: Hash,
  unplug: Unplug,
  "calendar-x": CalendarX,
  "calendar-clock": CalendarClock,
  "circle-question-mark": CircleQuestionMark,
};

/** The icon of an outcome in its colour. It is hidden from screen readers, so it needs a label beside it. */
export function OutcomeIcon({ kind, className }: { kind: OutcomeKind; className?: string }) {
  const Icon = icons[OUTCOME_ICONS[kind]];
  return <Icon aria-hidden className={cn("size-4 shrink-0", className)} style={{ color: outcomeColor(kind) }} />;
}
