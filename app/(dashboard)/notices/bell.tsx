"use client";

import { Bell as BellIcon } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import type { ComponentProps } from "react";

import { cn } from "@/components/cn";
import { LinkButton } from "@/components/ui/link-button";
import { Popover } from "@/components/ui/popover";

import { MarkRead } from "./mark-read";
import { NoticeList, type ShownNotice } from "./notice-list";

/** The latest notices, and how many are unread. null if they could not be read. */
export type BellNotices = { unread: number; latest: ShownNotice[] } | null;

/** Opens the latest notices. Until its scripts are there, and if the notices could not be read, it is a link to the page with all of them. */
export function Bell({
  notices,
  className,
  labelClassName,
  side,
  align,
}: {
  notices: BellNotices;
  className: string;
  /** The classes of the visible label; without them the label is only for screen readers. */
  labelClassName?: string;
  side: "bottom" | "inline-end";
  align: "end" | "start";
}) {
  const t = useTranslations("notices");
  const trigger = (
    <BellTrigger unread={notices?.unread ?? 0} className={className} labelClassName={labelClassName ?? "sr-only"} />
  );
  if (notices === null) {
    return (
      <BellTrigger href="/notices" unread={0} className={className} labelClassName={labelClassName ?? "sr-only"} />
    );
  }
  return (
    <Popover trigger={trigger} href="/notices" side={side} align={align} title={t("page.title")} className="w-80">
      {notices.latest.length === 0 ? (
        <p className="text-sm text-muted">{t("page.emptyBody")}</p>
      ) : (
        <NoticeList notices={notices.latest} className="-mx-3 border-y" />
      )}
      <div className="mt-3 flex flex-wrap items-center justify-between gap-2">
        <LinkButton href="/notices" size="sm" variant="ghost">
          {t("page.all")}
        </LinkButton>
        {notices.unread > 0 && <MarkRead />}
      </div>
    </Popover>
  );
}

function BellTrigger({
  unread,
  href,
  className,
  labelClassName,
  ...props
}: ComponentProps<"button"> & { unread: number; href?: string; labelClassName: string }) {
  const t = useTranslations("notices");
  const content = (
    <>
      <span className="relative flex shrink-0">
        <BellIcon aria-hidden />
        {unread > 0 && (
          <span aria-hidden className="absolute -end-1 -top-1 size-2 rounded-full bg-accent ring-2 ring-surface" />
        )}
      </span>
      <span className={labelClassName}>{t("bell")}</span>
      {unread > 0 && (
        <span className={cn(labelClassName, "flex-none text-xs font-medium text-accent-text")}>
          {t("unread", { count: unread })}
        </span>
      )}
    </>
  );
  if (href !== undefined) {
    return (
      <Link href="/notices" className={className}>
        {content}
      </Link>
    );
  }
  return (
    <button {...props} type="button" className={className}>
      {content}
    </button>
  );
}
