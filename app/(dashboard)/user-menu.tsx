"use client";

import { ChevronsUpDown, Keyboard, LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";

import { cn } from "@/components/cn";
import { Menu, MenuItem, MenuLabel, MenuLink, MenuRadioGroup, MenuSeparator } from "@/components/ui/menu";
import { useAction } from "@/components/use-action";
import { useIsHydrated } from "@/components/use-is-hydrated";
import { usePreferences } from "@/components/use-preferences";
import { LOCALE_NAMES, LOCALES } from "@/lib/i18n/locales";
import type { Role } from "@/lib/people/role";
import { THEMES } from "@/lib/theme";

import { openHelp } from "./palette-state";
import { signOut } from "./sign-out";

export type UserMenuUser = { name: string; email: string; role: Role };

const themeIcons = { system: Monitor, light: Sun, dark: Moon };

/**
 * The user's menu. With the shape `wide`, its button shows the name beside the initials from 1024 px, where the sidebar is wide. Until its
 * scripts are there, the button is a link to the user's account, where one can also sign out.
 */
export function UserMenu({
  user,
  shape,
  side = "top",
}: {
  user: UserMenuUser;
  shape: "wide" | "picture";
  side?: "top" | "bottom";
}) {
  const t = useTranslations("shell");
  const { theme, setTheme, locale, setLocale } = usePreferences();
  const isHydrated = useIsHydrated();
  const { run, pending } = useAction({ words: { unavailable: t("signOutFailed") } });
  const className = cn(
    "flex items-center gap-2.5 rounded-md text-start focus-inset select-none hover:bg-hover data-popup-open:bg-hover",
    side === "bottom" ? "p-1" : "w-full px-1 py-1.5",
  );
  const label = (
    <>
      <span
        aria-hidden
        className="flex size-6.5 shrink-0 items-center justify-center rounded-full bg-accent-soft text-2xs font-semibold text-accent-text"
      >
        {initials(user.name)}
      </span>
      <span className={cn("flex min-w-0 flex-1 flex-col", shape === "wide" ? "max-lg:sr-only" : "sr-only")}>
        <span className="sr-only">{t("account")}</span>
        <span className="truncate text-sm font-medium">
          <bdi>{user.name}</bdi>
        </span>
        <span className="truncate text-xs text-subtle">{t(`role.${user.role}`)}</span>
      </span>
      {shape === "wide" && <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-subtle max-lg:hidden" />}
    </>
  );
  if (!isHydrated) {
    return (
      <Link href="/settings/account" className={className}>
        {label}
      </Link>
    );
  }
  return (
    <Menu
      align={side === "bottom" ? "end" : "start"}
      side={side}
      className="w-60"
      trigger={
        <button type="button" aria-busy={pending} className={className}>
          {label}
        </button>
      }
    >
      <MenuLabel>
        <span className="block truncate font-medium">
          <bdi>{user.name}</bdi>
        </span>
        <span className="block truncate text-xs text-muted">
          <bdi dir="ltr">{user.email}</bdi>
        </span>
        <span className="mt-1 block text-xs text-subtle">{t("yourRole", { role: t(`role.${user.role}`) })}</span>
      </MenuLabel>
      <MenuSeparator />
      <MenuRadioGroup
        label={t("theme.label")}
        value={theme}
        onValueChange={setTheme}
        options={THEMES.map((value) => {
          const Icon = themeIcons[value];
          return { value, label: t(`theme.${value}`), icon: <Icon aria-hidden /> };
        })}
      />
      <MenuSeparator />
      <MenuRadioGroup
        label={t("language")}
        value={locale}
        onValueChange={setLocale}
        options={LOCALES.map((value) => ({ value, label: <span lang={value}>{LOCALE_NAMES[value]}</span> }))}
      />
      <MenuSeparator />
      <MenuLink href="/settings/account">
        <UserRound aria-hidden />
        {t("yourAccount")}
      </MenuLink>
      <MenuItem onClick={openHelp}>
        <Keyboard aria-hidden />
        {t("shortcuts.open")}
      </MenuItem>
      <MenuItem onClick={() => run(() => signOut())}>
        <LogOut className="rtl-flip" aria-hidden />
        {t("signOut")}
      </MenuItem>
    </Menu>
  );
}

/** The first letters of the first and the last word, in any script. A zero-width non-joiner separates Arabic letters. */
function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join(/\p{Script=Arabic}/u.test(name) ? "\u200c" : "").toUpperCase();
}
