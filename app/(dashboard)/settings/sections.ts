import { Building2, Cable, Download, type LucideIcon, ScrollText, ShieldCheck } from "lucide-react";
import type { Route } from "next";

import type { Role } from "@/lib/role";

export type SettingsSection = {
  name: "organization" | "vendor" | "import" | "privacy" | "audit";
  href: Route;
  icon: LucideIcon;
  /** Who sees it; its page has a gate of its own. */
  role: Role;
};

export const SETTINGS_SECTIONS: readonly SettingsSection[] = [
  { name: "organization", href: "/settings", icon: Building2, role: "administrator" },
  { name: "vendor", href: "/settings/vendor" as Route, icon: Cable, role: "administrator" },
  { name: "import", href: "/settings/import" as Route, icon: Download, role: "administrator" },
  { name: "privacy", href: "/settings/privacy", icon: ShieldCheck, role: "administrator" },
  { name: "audit", href: "/settings/audit", icon: ScrollText, role: "administrator" },
];
