"use client";

import { PanelLeftClose, PanelLeftOpen, Search } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useState } from "react";

import { cn } from "@/components/cn";
import { LogoMark } from "@/components/logo";
import { writeCookie } from "@/components/preferences";
import { ShortcutKeys } from "@/components/shortcut-keys";
import { Tooltip } from "@/components/ui/tooltip";

import { type Destination, destinationsFor, isWithin } from "./navigation";
import { Bell, type BellNotices } from "./notices/bell";
import { openPalette } from "./palette-state";
import { SIDEBAR_COOKIE } from "./sidebar-cookie";
import { UserMenu, type UserMenuUser } from "./user-menu";

const itemClass =
  "focus-inset flex h-8 w-full items-center gap-2.5 rounded-md px-2 text-sm font-medium text-muted transition-colors duration-100 select-none hover:bg-hover hover:text-foreground [&_svg]:size-4 [&_svg]:shrink-0";

/**
 * The main navigation on wide screens. Full from 1024 px; a rail of icons below that, or if the user has folded it. A cookie
 * stores the folded state, so that the server renders it.
 */
export function Sidebar({
  organization,
  user,
  notices,
  folded: initiallyFolded,
}: {
  organization: string;
  user: UserMenuUser;
  notices: BellNotices;
  folded: boolean;
}) {
  const t = useTranslations("shell");
  const [folded, setFolded] = useState(initiallyFolded);
  const fold = (next: boolean) => {
    setFolded(next);
    writeCookie(SIDEBAR_COOKIE, next ? "folded" : null);
  };
  const onlyUnfolded = folded ? "hidden" : "hidden lg:inline-flex";
  return (
    <header
      data-print="hide"
      className={cn(
        "sticky top-0 hidden h-dvh w-14 shrink-0 flex-col border-e bg-surface md:flex",
        !folded && "lg:w-56",
      )}
    >
      <div className="flex h-13 items-center gap-2.5 px-4 pt-1">
        <LogoMark />
        <span
          className={cn("min-w-0 flex-1 truncate text-base font-semibold", folded ? "hidden" : "max-lg:hidden")}
          title={organization}
        >
          <bdi>{organization}</bdi>
        </span>
      </div>
      <div className="px-2.5 pb-2">
        <RailTooltip content={t("palette.open")} folded={folded}>
          <button
            type="button"
            onClick={openPalette}
            className={cn(itemClass, "border bg-background font-normal shadow-xs hover:border-border-strong")}
          >
            <Search aria-hidden />
            <span className={cn("flex-1 text-start", folded ? "sr-only" : "max-lg:sr-only")}>{t("palette.short")}</span>
            <span aria-hidden className={onlyUnfolded}>
              <ShortcutKeys keys="mod+k" />
            </span>
          </button>
        </RailTooltip>
      </div>
      <nav aria-label={t("mainNavigation")} className="min-h-0 flex-1 overflow-y-auto px-2.5">
        <ul className="space-y-0.5">
          {destinationsFor(user.role).map((destination) => (
            <li key={destination.name}>
              <SidebarLink destination={destination} folded={folded} />
            </li>
          ))}
        </ul>
      </nav>
      <div className="space-y-0.5 border-t p-2.5">
        <RailTooltip content={t("expand")} folded={folded}>
          <button
            type="button"
            onClick={() => fold(!folded)}
            aria-expanded={!folded}
            className={cn(itemClass, "hidden lg:flex")}
          >
            {folded ? (
              <PanelLeftOpen className="rtl-flip" aria-hidden />
            ) : (
              <PanelLeftClose className="rtl-flip" aria-hidden />
            )}
            <span className={folded ? "sr-only" : "truncate"}>{folded ? t("expand") : t("collapse")}</span>
          </button>
        </RailTooltip>
        <Bell
          notices={notices}
          className={itemClass}
          labelClassName={folded ? "sr-only" : "flex-1 truncate text-start max-lg:sr-only"}
          side="inline-end"
          align="end"
        />
        <UserMenu user={user} shape={folded ? "picture" : "wide"} />
      </div>
    </header>
  );
}

function SidebarLink({
  destination: { name, href, icon: Icon },
  folded,
}: {
  destination: Destination;
  folded: boolean;
}) {
  const t = useTranslations("shell.nav");
  const active = isWithin(usePathname(), href);
  return (
    <RailTooltip content={t(name)} folded={folded}>
      <Link
        href={href}
        {...(active ? { "aria-current": "page" as const } : {})}
        className={cn(itemClass, active && "bg-hover text-foreground [&_svg]:text-accent-text")}
      >
        <Icon aria-hidden />
        <span className={cn("truncate", folded ? "sr-only" : "max-lg:sr-only")}>{t(name)}</span>
      </Link>
    </RailTooltip>
  );
}

/** A tooltip with the label of an icon in the rail. CSS hides it if the sidebar shows the labels. */
function RailTooltip({
  content,
  folded,
  children,
}: {
  content: string;
  folded: boolean;
  children: React.ReactElement;
}) {
  return (
    <Tooltip content={content} side="inline-end" {...(folded ? {} : { popupClassName: "lg:hidden" })}>
      {children}
    </Tooltip>
  );
}
