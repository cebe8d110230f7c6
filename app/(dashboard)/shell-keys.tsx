"use client";

import { useTranslations } from "next-intl";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useEffect } from "react";

import { useShortcut } from "@/components/shortcuts";
import type { Role } from "@/lib/people/role";

import { type Destination, destinationsFor } from "./navigation";
import { closeDialog, openHelp, openPalette, useOpenDialog } from "./palette-state";

// Loaded when opened. The palette is also prefetched, because users start typing at once.
const loadPalette = () => import("./command-palette").then((file) => file.CommandPalette);
const CommandPalette = dynamic(loadPalette, { ssr: false });
const ShortcutsDialog = dynamic(() => import("./shortcuts-dialog").then((file) => file.ShortcutsDialog), {
  ssr: false,
});

/** Late enough not to compete with the loading of the page. */
const PREFETCH_PALETTE_MS = 1_500;

/** Registers the shortcuts of all pages and renders the dialogs that they open. */
export function ShellKeys({ role }: { role: Role }) {
  const t = useTranslations("shell.shortcuts");
  const openDialog = useOpenDialog();
  useEffect(() => {
    const timer = setTimeout(loadPalette, PREFETCH_PALETTE_MS);
    return () => clearTimeout(timer);
  }, []);
  useShortcut({ keys: "mod+k", label: t("palette"), scope: "everywhere" }, () =>
    openDialog === "palette" ? closeDialog() : openPalette(),
  );
  useShortcut({ keys: "?", label: t("help"), scope: "everywhere" }, openHelp);
  return (
    <>
      {destinationsFor(role).map((destination) => (
        <GoShortcut key={destination.name} destination={destination} />
      ))}
      {openDialog === "palette" && <CommandPalette role={role} />}
      {openDialog === "help" && <ShortcutsDialog />}
    </>
  );
}

const labels = {
  overview: "goOverview",
  calls: "goCalls",
  deliveries: "goDeliveries",
  settings: "goSettings",
} as const satisfies Record<Destination["name"], string>;

function GoShortcut({ destination: { name, href, key } }: { destination: Destination }) {
  const t = useTranslations("shell.shortcuts");
  const router = useRouter();
  useShortcut({ keys: `g ${key}`, label: t(labels[name]), scope: "everywhere" }, () => router.push(href));
  return null;
}
