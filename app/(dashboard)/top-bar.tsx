"use client";

import { Search } from "lucide-react";
import { useTranslations } from "next-intl";

import { LogoMark } from "@/components/logo";
import { buttonClass } from "@/components/ui/button-class";

import { Bell, type BellNotices } from "./notices/bell";
import { openPalette } from "./palette-state";
import { UserMenu, type UserMenuUser } from "./user-menu";

/** The bar at the top of narrow screens: the organization, search and the account. */
export function TopBar({
  organization,
  user,
  notices,
}: {
  organization: string;
  user: UserMenuUser;
  notices: BellNotices;
}) {
  const t = useTranslations("shell");
  return (
    <header
      data-print="hide"
      className="sticky top-0 z-30 flex h-13 items-center gap-2.5 border-b bg-surface/95 px-4 backdrop-blur-sm md:hidden"
    >
      <LogoMark />
      <span className="min-w-0 flex-1 truncate text-base font-semibold">
        <bdi>{organization}</bdi>
      </span>
      <button
        type="button"
        onClick={openPalette}
        aria-label={t("palette.open")}
        className={buttonClass({ variant: "ghost", size: "lg", shape: "icon" })}
      >
        <Search aria-hidden />
      </button>
      <Bell
        notices={notices}
        className={buttonClass({ variant: "ghost", size: "lg", shape: "icon" })}
        side="bottom"
        align="end"
      />
      <UserMenu user={user} shape="picture" side="bottom" />
    </header>
  );
}
