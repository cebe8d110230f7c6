import { House, Inbox, type LucideIcon, PhoneCall, Settings } from "lucide-react";
import type { Route } from "next";

import { includesRole, type Role } from "@/lib/people/role";

export type Destination = {
  name: "overview" | "calls" | "deliveries" | "settings";
  href: Route;
  icon: LucideIcon;
  /** The second key of the shortcut: `g`, then this key. */
  key: string;
  /** The role that the page's gate requires. */
  role: Role;
};

const DESTINATIONS: readonly Destination[] = [
  { name: "overview", href: "/" as Route, icon: House, key: "o", role: "viewer" },
  { name: "calls", href: "/calls" as Route, icon: PhoneCall, key: "c", role: "viewer" },
  { name: "deliveries", href: "/deliveries" as Route, icon: Inbox, key: "d", role: "operator" },
  { name: "settings", href: "/settings" as Route, icon: Settings, key: "s", role: "viewer" },
];

/** The destinations that this role may open. */
export function destinationsFor(role: Role): readonly Destination[] {
  return DESTINATIONS.filter((destination) => includesRole(role, destination.role));
}

/** Whether `pathname` is `href` or a path below it. */
export function isWithin(pathname: string, href: string): boolean {
  return href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);
}
