"use client";

import { useTranslations } from "next-intl";
import { Fragment, useSyncExternalStore } from "react";

import { Kbd } from "@/components/ui/kbd";

const NAMES: Record<string, string> = {
  space: "␣",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
  escape: "Esc",
  enter: "↵",
  shift: "⇧",
  alt: "Alt",
};

const subscribeToNothing = () => () => {};

/** The keys of a shortcut, as named on the user's system: ⌘ on a Mac, Ctrl elsewhere. */
export function ShortcutKeys({ keys, className }: { keys: string; className?: string }) {
  const t = useTranslations("shell.shortcuts");
  const isMac = useSyncExternalStore(
    subscribeToNothing,
    () => /mac|iphone|ipad/i.test(navigator.userAgent),
    () => false,
  );
  return (
    <span dir="ltr" className="inline-flex items-center gap-1">
      {keys.split(" ").map((chord, index) => (
        <Fragment key={chord}>
          {index > 0 && <span className="px-0.5 text-2xs text-subtle">{t("then")}</span>}
          {chord.split("+").map((key) => (
            <Kbd key={key} {...(className === undefined ? {} : { className })}>
              {key === "mod" ? (isMac ? "⌘" : "Ctrl") : (NAMES[key] ?? key.toUpperCase())}
            </Kbd>
          ))}
        </Fragment>
      ))}
    </span>
  );
}
