"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslations } from "next-intl";

import { Segmented } from "@/components/ui/segmented";
import { THEMES } from "@/lib/theme";

import { usePreferences } from "./use-preferences";

const icons = { system: Monitor, light: Sun, dark: Moon };

export function ThemeToggle() {
  const t = useTranslations("shell.theme");
  const { theme, setTheme } = usePreferences();
  return (
    <Segmented
      label={t("label")}
      value={theme}
      onValueChange={setTheme}
      items={THEMES.map((value) => {
        const Icon = icons[value];
        return { value, name: t(value), label: <Icon aria-hidden /> };
      })}
    />
  );
}
