"use client";

import { Dialog } from "@base-ui/react/dialog";
import { Command } from "cmdk";
import { Keyboard, Languages, type LucideIcon, Monitor, Moon, PhoneCall, Search, Sun } from "lucide-react";
import type { Route } from "next";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";

import { cn } from "@/components/cn";
import { ShortcutKeys } from "@/components/shortcut-keys";
import { backdropClass } from "@/components/ui/dialog-class";
import { usePreferences } from "@/components/use-preferences";
import { callHref } from "@/lib/call/link";
import { LOCALE_NAMES, LOCALES } from "@/lib/i18n/locales";
import type { Role } from "@/lib/people/role";
import { THEMES } from "@/lib/theme";

import { destinationsFor } from "./navigation";
import { closeDialog, openHelp } from "./palette-state";

const themeIcons = { system: Monitor, light: Sun, dark: Moon };

/** Matches text that may be a call id: no spaces, at least six characters. */
const CALL_ID = /^[\w.:-]{6,200}$/;

/** A dialog with a search field that opens pages and calls, searches calls, and switches the theme and the language. */
export function CommandPalette({ role }: { role: Role }) {
  const t = useTranslations("shell");
  const router = useRouter();
  const { theme, setTheme, locale, setLocale } = usePreferences();
  const [query, setQuery] = useState("");
  const text = query.trim();

  const go = (href: Route) => {
    closeDialog();
    router.push(href);
  };
  const closeAnd = (action: () => void) => () => {
    closeDialog();
    action();
  };

  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeDialog()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdropClass} />
        <Dialog.Viewport className="fixed inset-0 z-50 flex items-start justify-center p-3 pt-[12vh]">
          <Dialog.Popup
            data-modal
            className="flex max-h-[min(28rem,76dvh)] w-full max-w-xl flex-col overflow-hidden rounded-xl bg-raised text-sm text-foreground shadow-dialog transition-[opacity,scale] duration-100 outline-none data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0"
          >
            <Dialog.Title className="sr-only">{t("palette.title")}</Dialog.Title>
            <Command label={t("palette.title")} loop className="flex min-h-0 flex-1 flex-col">
              <div className="flex items-center gap-2.5 border-b px-4">
                <Search className="size-4 shrink-0 text-subtle" aria-hidden />
                <Command.Input
                  value={query}
                  onValueChange={setQuery}
                  placeholder={t("palette.placeholder")}
                  // The placeholder of an empty field has the direction of the page.
                  dir={query === "" ? undefined : "auto"}
                  className="h-12 w-full min-w-0 bg-transparent text-base outline-none"
                />
              </div>
              <Command.List className="min-h-0 flex-1 scroll-py-2 overflow-y-auto overscroll-contain p-2">
                {text !== "" && (
                  <Command.Group>
                    {CALL_ID.test(text) && (
                      <Item icon={PhoneCall} value={`open ${text}`} onSelect={() => go(callHref(text))}>
                        {t.rich("palette.openCall", { id: text, ltr })}
                      </Item>
                    )}
                    <Item
                      icon={Search}
                      value={`find ${text}`}
                      onSelect={() => go(`/calls?q=${encodeURIComponent(text)}` as Route)}
                    >
                      {t("palette.findCalls", { query: text })}
                    </Item>
                  </Command.Group>
                )}
                <Group heading={t("palette.goTo")}>
                  {destinationsFor(role).map(({ name, href, icon, key }) => (
                    <Item
                      key={name}
                      icon={icon}
                      value={`page ${name} ${t(`nav.${name}`)}`}
                      shortcut={`g ${key}`}
                      onSelect={() => go(href)}
                    >
                      {t(`nav.${name}`)}
                    </Item>
                  ))}
                </Group>
                <Group heading={t("palette.preferences")}>
                  {THEMES.filter((value) => value !== theme).map((value) => (
                    <Item
                      key={value}
                      icon={themeIcons[value]}
                      value={`theme ${value} ${t(`theme.${value}`)}`}
                      onSelect={closeAnd(() => setTheme(value))}
                    >
                      {t("palette.themeTo", { theme: t(`theme.${value}`) })}
                    </Item>
                  ))}
                  {LOCALES.filter((value) => value !== locale).map((value) => (
                    <Item
                      key={value}
                      icon={Languages}
                      value={`language ${value} ${LOCALE_NAMES[value]}`}
                      onSelect={closeAnd(() => setLocale(value))}
                    >
                      {t("palette.languageTo", { language: LOCALE_NAMES[value] })}
                    </Item>
                  ))}
                  <Item
                    icon={Keyboard}
                    value={`keyboard shortcuts help ${t("palette.help")}`}
                    shortcut="?"
                    onSelect={openHelp}
                  >
                    {t("palette.help")}
                  </Item>
                </Group>
              </Command.List>
            </Command>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function ltr(chunks: ReactNode) {
  return (
    <bdi dir="ltr" className="font-mono text-xs">
      {chunks}
    </bdi>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-subtle"
    >
      {children}
    </Command.Group>
  );
}

function Item({
  icon: Icon,
  value,
  shortcut,
  onSelect,
  children,
}: {
  icon: LucideIcon;
  value: string;
  shortcut?: string;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className={cn(
        "flex h-9 cursor-default items-center gap-2.5 rounded-md px-2 select-none data-[selected=true]:bg-hover",
      )}
    >
      <Icon className="size-4 shrink-0 text-subtle" aria-hidden />
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {shortcut !== undefined && <ShortcutKeys keys={shortcut} />}
    </Command.Item>
  );
}
