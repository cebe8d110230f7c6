"use client";

import { ChevronDown, ChevronUp } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useRouter } from "next/navigation";

import { useShortcut } from "@/components/shortcuts";
import { buttonClass } from "@/components/ui/button-class";
import { Tooltip } from "@/components/ui/tooltip";
import type { CallListView } from "@/lib/call/list-view";

import { useIsPanel } from "../calls-frame";

/** Links to the previous and next call of the list from which this call was opened. K and J are shortcuts for them. */
export function NeighbourLinks({
  by,
  previous,
  next,
}: {
  /** What the rows of the list are. */
  by: CallListView["by"];
  /** Null if this is the first call, or while the neighbours load. */
  previous: Route | null;
  next: Route | null;
}) {
  const t = useTranslations("call");
  const keys = useTranslations("call.keys");
  const router = useRouter();
  const isPanel = useIsPanel();
  // In the panel, the list keeps its scroll position, and the back button closes the panel instead of showing the previous call.
  const open = (href: Route | null) => {
    if (href !== null) {
      if (isPanel) {
        router.replace(href, { scroll: false });
      } else {
        router.push(href);
      }
    }
  };
  useShortcut({ keys: "j", label: keys("next"), enabled: next !== null }, () => open(next));
  useShortcut({ keys: "k", label: keys("previous"), enabled: previous !== null }, () => open(previous));
  return (
    <nav className="flex gap-1" aria-label={t("neighbours")}>
      <Step href={previous} label={t(by === "contacts" ? "previousContact" : "previous")} shortcut="K" rel="prev" />
      <Step href={next} label={t(by === "contacts" ? "nextContact" : "next")} shortcut="J" rel="next" />
    </nav>
  );
}

function Step({
  href,
  label,
  shortcut,
  rel,
}: {
  href: Route | null;
  label: string;
  shortcut: string;
  rel: "prev" | "next";
}) {
  const isPanel = useIsPanel();
  // Icons that point up and down, because the list is vertical.
  const Icon = rel === "prev" ? ChevronUp : ChevronDown;
  const icon = <Icon aria-hidden />;
  const className = buttonClass({ variant: "secondary", size: "sm", shape: "icon" });
  if (href === null) {
    return (
      <span className={`${className} opacity-50`}>
        {icon}
        <span className="sr-only">{label}</span>
      </span>
    );
  }
  return (
    <Tooltip content={label} shortcut={shortcut}>
      <Link
        href={href}
        rel={rel}
        aria-label={label}
        className={className}
        {...(isPanel ? { replace: true, scroll: false } : {})}
      >
        {icon}
      </Link>
    </Tooltip>
  );
}
