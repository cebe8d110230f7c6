"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { usePathname } from "next/navigation";

import { cn } from "@/components/cn";

import { SETTINGS_SECTIONS, type SettingsSection } from "./sections";

/** Scrolls the row so that a link is in its middle, without scrolling the page. */
function showInRow(link: HTMLElement | null) {
  const row = link?.closest("nav");
  if (link && row) {
    const [inner, outer] = [link.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollBy({ left: inner.left + inner.width / 2 - (outer.left + outer.width / 2) });
  }
}

/** Links to the sections: a column on wide screens, a scrolling row on narrow ones. */
export function SettingsNav({ visible, label }: { visible: readonly SettingsSection["name"][]; label: string }) {
  const t = useTranslations("settings.nav");
  const pathname = usePathname();
  return (
    <nav aria-label={label} className="-mx-4 overflow-x-auto px-4 max-lg:border-b max-lg:pb-2 lg:mx-0 lg:px-0">
      <ul className="flex gap-1 lg:flex-col lg:gap-0.5">
        {SETTINGS_SECTIONS.filter(({ name }) => visible.includes(name)).map(({ name, href, icon: Icon }) => {
          const active =
            href === "/settings" ? pathname === href : pathname === href || pathname.startsWith(`${href}/`);
          return (
            <li key={name}>
              <Link
                href={href}
                {...(active ? { "aria-current": "page" as const, ref: showInRow } : {})}
                className={cn(
                  "flex h-8 items-center gap-2.5 rounded-md px-2 text-sm font-medium whitespace-nowrap text-muted focus-inset transition-colors duration-100 hover:bg-hover hover:text-foreground [&_svg]:size-4 [&_svg]:shrink-0",
                  active && "bg-hover text-foreground [&_svg]:text-accent-text",
                )}
              >
                <Icon aria-hidden />
                {t(name)}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
