"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { usePathname } from "next/navigation";

import { cn } from "@/components/cn";
import type { Role } from "@/lib/people/role";

import { destinationsFor, isWithin } from "./navigation";

/** The main navigation on narrow screens. */
export function BottomBar({ role }: { role: Role }) {
  const t = useTranslations("shell");
  const pathname = usePathname();
  return (
    <nav
      aria-label={t("mainNavigation")}
      data-print="hide"
      className="fixed inset-x-0 bottom-0 z-30 border-t bg-surface/95 pb-[env(safe-area-inset-bottom)] backdrop-blur-sm md:hidden"
    >
      <ul className="grid auto-cols-fr grid-flow-col">
        {destinationsFor(role).map(({ name, href, icon: Icon }) => {
          const active = isWithin(pathname, href);
          return (
            <li key={name}>
              <Link
                href={href}
                {...(active ? { "aria-current": "page" as const } : {})}
                className={cn(
                  "flex h-14 flex-col items-center justify-center gap-0.5 text-2xs font-medium text-muted focus-inset",
                  active && "text-foreground [&_svg]:text-accent-text",
                )}
              >
                <Icon className="size-5" aria-hidden />
                {t(`nav.${name}`)}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
