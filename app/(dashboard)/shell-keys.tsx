"use client";

import { useTranslations } from "next-intl";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useEffect } from "react";

import { useShortcut } from "@/components/shortcuts";
import type { Role } from "@/lib/people/role";

import { type Destination, destinationsFor } from "./navigation";
import { closeFront, openHelp, openPalette, useFront } from "./palette-state";

// Neither is needed before it is opened; the palette is fetched once the page is at rest, because people type on at once.
const loadPalette = () => import("./command-palette").then((file) => file.CommandPalette);
const CommandPalette = dynamic(loadPalette, { ssr: false });
const ShortcutsDialog = dynamic(() => import("./shortcuts-dialog").then((file) => file.ShortcutsDialog), {
  ssr: false,
});

const PALETTE_AFTER_MS = 1_500;

/** The keys that work on every page, and what they open. */
export function ShellKeys({ role }: { role: Role }) {
  const t = useTranslations("shell.shortcuts");
  const front = useFront();
  useEffect(() => {
    const timer = setTimeout(loadPalette, PALETTE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  useShortcut({ keys: "mod+k", label: t("palette"), scope: "everywhere" }, () =>
    front === "palette" ? closeFront() : openPalette(),
  );
  useShortcut({ keys: "?", label: t("help"), scope: "everywhere" }, openHelp);
  return (
    <>
      {destinationsFor(role).map((destination) => (
        <GoKey key={destination.name} destination={destination} />
      ))}
      {front === "palette" && <CommandPalette role={role} />}
      {front === "help" && <ShortcutsDialog />}
    </>
  );
}

const labels = {
  overview: "goOverview",
  calls: "goCalls",
  deliveries: "goDeliveries",
  settings: "goSettings",
} as const satisfies Record<Destination["name"], string>;

function GoKey({ destination: { name, href, key } }: { destination: Destination }) {
  const t = useTranslations("shell.shortcuts");
  const router = useRouter();
  useShortcut({ keys: `g ${key}`, label: t(labels[name]), scope: "everywhere" }, () => router.push(href));
  return null;
}
