"use client";

import {
  AlarmClock,
  ArrowDown,
  ArrowDownLeft,
  ArrowUp,
  ArrowUpRight,
  Ban,
  Check,
  CopyCheck,
  CornerDownRight,
  Inbox,
  CalendarClock,
  CalendarOff,
  CalendarX,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleMinus,
  CircleQuestionMark,
  CircleX,
  Hash,
  type LucideIcon,
  Minus,
  PhoneCall,
  PhoneMissed,
  PhoneOff,
  RotateCw,
  Unplug,
  UserCheck,
  UserX,
  Voicemail,
  Volume2,
  WifiOff,
} from "lucide-react";

/** The icons that any page may show many times, by their names in lucide's icon set. */
const ICONS = {
  "alarm-clock": AlarmClock,
  "arrow-down": ArrowDown,
  "arrow-down-left": ArrowDownLeft,
  "arrow-up": ArrowUp,
  "arrow-up-right": ArrowUpRight,
  ban: Ban,
  "calendar-clock": CalendarClock,
  "calendar-off": CalendarOff,
  "calendar-x": CalendarX,
  "circle-alert": CircleAlert,
  "circle-check": CircleCheck,
  "circle-dashed": CircleDashed,
  "circle-minus": CircleMinus,
  "circle-question-mark": CircleQuestionMark,
  "circle-x": CircleX,
  hash: Hash,
  minus: Minus,
  "phone-call": PhoneCall,
  "phone-missed": PhoneMissed,
  "phone-off": PhoneOff,
  "rotate-cw": RotateCw,
  unplug: Unplug,
  "user-check": UserCheck,
  "user-x": UserX,
  voicemail: Voicemail,
  "volume-2": Volume2,
  "wifi-off": WifiOff,
} as const satisfies Record<string, LucideIcon>;

/** Those of deliveries, for their pages. */
const DELIVERY_ICONS = {
  check: Check,
  "copy-check": CopyCheck,
  "corner-down-right": CornerDownRight,
  inbox: Inbox,
} as const satisfies Record<string, LucideIcon>;

export type SpriteName = keyof typeof ICONS | keyof typeof DELIVERY_ICONS;

/** Draws each icon once, invisibly. `SpriteIcon` refers to it. Belongs in the layout of every page that has such icons. */
export function Sprite({ of = "all" }: { of?: "all" | "deliveries" }) {
  return (
    <svg aria-hidden className="hidden">
      {Object.entries<LucideIcon>(of === "all" ? ICONS : DELIVERY_ICONS).map(([name, Icon]) => (
        <Icon key={name} id={`icon-${name}`} size="100%" />
      ))}
    </svg>
  );
}
