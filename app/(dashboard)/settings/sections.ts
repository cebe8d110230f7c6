import {
  Building2,
  Cable,
  Import,
  LockKeyhole,
  type LucideIcon,
  ScrollText,
  ShieldCheck,
  UserRound,
  Users,
} from "lucide-react";
import type { Route } from "next";

import type { Role } from "@/lib/people/role";

export type SettingsSection = {
  name: "organization" | "vendor" | "users" | "security" | "import" | "privacy" | "audit" | "account";
  href: Route;
  icon: LucideIcon;
  /** The lowest role that sees the section. The page itself calls its own gate. */
  role: Role;
};

export const SETTINGS_SECTIONS: readonly SettingsSection[] = [
  { name: "organization", href: "/settings", icon: Building2, role: "administrator" },
  { name: "vendor", href: "/settings/vendor" as Route, icon: Cable, role: "administrator" },
  { name: "users", href: "/settings/users", icon: Users, role: "administrator" },
  { name: "security", href: "/settings/security" as Route, icon: LockKeyhole, role: "administrator" },
  { name: "import", href: "/settings/import" as Route, icon: Import, role: "administrator" },
  { name: "privacy", href: "/settings/privacy", icon: ShieldCheck, role: "administrator" },
  { name: "audit", href: "/settings/audit", icon: ScrollText, role: "administrator" },
  { name: "account", href: "/settings/account", icon: UserRound, role: "viewer" },
];
