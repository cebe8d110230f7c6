import { House, Inbox, type LucideIcon, PhoneCall, Settings } from "lucide-react";
import type { Route } from "next";

export type Destination = {
  name: "overview" | "calls" | "deliveries" | "settings";
  href: Route;
  icon: LucideIcon;
  /** The key after `g`. */
  key: string;
};

export const DESTINATIONS: readonly Destination[] = [
  { name: "overview", href: "/" as Route, icon: House, key: "o" },
  { name: "calls", href: "/calls" as Route, icon: PhoneCall, key: "c" },
  { name: "deliveries", href: "/deliveries" as Route, icon: Inbox, key: "d" },
  { name: "settings", href: "/settings" as Route, icon: Settings, key: "s" },
];

/** Whether a page belongs to a destination: it, or anything below it. */
export function isWithin(pathname: string, href: string): boolean {
  return href === "/" ? pathname === "/" : pathname === href || pathname.startsWith(`${href}/`);
}
