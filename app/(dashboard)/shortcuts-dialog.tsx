"use client";

import { useTranslations } from "next-intl";

import { ShortcutKeys } from "@/components/shortcut-keys";
import { useShortcuts } from "@/components/shortcuts";
import { Dialog } from "@/components/ui/dialog";

import { closeDialog } from "./palette-state";

/** Lists the shortcuts that currently work on this page. */
export function ShortcutsDialog() {
  const t = useTranslations("shell.shortcuts");
  const shortcuts = useShortcuts();
  const groups = [
    { scope: "page", heading: t("thisPage") },
    { scope: "everywhere", heading: t("everywhere") },
  ].map(({ scope, heading }) => ({ heading, items: shortcuts.filter((shortcut) => shortcut.scope === scope) }));
  return (
    <Dialog open onOpenChange={(open) => !open && closeDialog()} title={t("title")} description={t("description")}>
      <div className="space-y-5">
        {groups
          .filter(({ items }) => items.length > 0)
          .map(({ heading, items }) => (
            <section key={heading}>
              <h3 className="mb-1 text-xs font-medium text-subtle">{heading}</h3>
              <ul className="divide-y">
                {items.map(({ keys, label }) => (
                  <li key={`${keys} ${label}`} className="flex items-center justify-between gap-4 py-1.5">
                    <span>{label}</span>
                    <ShortcutKeys keys={keys} />
                  </li>
                ))}
              </ul>
            </section>
          ))}
      </div>
    </Dialog>
  );
}
