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
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";

/** The icons that a page may show many times, by their names in lucide's icon set. */
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
  check: Check,
  "circle-alert": CircleAlert,
  "circle-check": CircleCheck,
  "circle-dashed": CircleDashed,
  "circle-minus": CircleMinus,
  "circle-question-mark": CircleQuestionMark,
  "circle-x": CircleX,
  "copy-check": CopyCheck,
  "corner-down-right": CornerDownRight,
  hash: Hash,
  inbox: Inbox,
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
};

export type RowIconName = keyof typeof ICONS;

/**
 * A plugin of Tailwind (`globals.css`) that makes a class `i-<name>` with the drawing of each icon. The style sheet loads once, while drawings in
 * the HTML would be in each document.
 */
export default function addRowIcons({ addBase }: { addBase: (rules: Record<string, Record<string, string>>) => void }) {
  addBase(
    Object.fromEntries(
      Object.entries(ICONS).map(([name, Icon]) => [
        `.i-${name}`,
        { "--icon": drawingOf(renderToStaticMarkup(createElement(Icon))) },
      ]),
    ),
  );
}

function drawingOf(svg: string): string {
  const short = svg
    .replaceAll(/ (?:class|aria-hidden|width="24" height)="[^"]*"/g, "")
    .replaceAll(/><\/(?:circle|line|path|polygon|polyline|rect)>/g, "/>")
    .replaceAll('"', "'");
  return `url("data:image/svg+xml,${short.replaceAll(/[%#<>]/g, encodeURIComponent)}")`;
}
