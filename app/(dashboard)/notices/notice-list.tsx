import { KeyRound, type LucideIcon, MonitorSmartphone, ShieldAlert, ShieldCheck, UserCog } from "lucide-react";
import { useTranslations } from "next-intl";

import { cn } from "@/components/cn";
import { Badge } from "@/components/ui/badge";
import { Time } from "@/components/ui/time";
import type { NoticeDetail, NoticeKind } from "@/lib/people/notice";
import { noticeLines } from "@/lib/people/notice-text";

/** A notice as it is passed to the browser. */
export type ShownNotice = { id: string; kind: NoticeKind; detail: NoticeDetail; createdAt: string; isRead: boolean };

const ICONS: Record<NoticeKind, LucideIcon> = {
  new_device: MonitorSmartphone,
  password_changed: KeyRound,
  second_factor_changed: ShieldCheck,
  role_changed: UserCog,
  wrong_passwords: ShieldAlert,
};

export function NoticeList({ notices, className }: { notices: ShownNotice[]; className?: string }) {
  return (
    <ul className={className}>
      {notices.map((notice) => (
        <NoticeRow key={notice.id} notice={notice} />
      ))}
    </ul>
  );
}

function NoticeRow({ notice }: { notice: ShownNotice }) {
  const t = useTranslations("notices");
  const roles = useTranslations("shell.role");
  const Icon = ICONS[notice.kind];
  return (
    <li className="flex gap-3 border-b px-4 py-3 last:border-b-0">
      <Icon
        className={cn("mt-0.5 size-4 shrink-0", notice.isRead ? "text-subtle" : "text-accent-text")}
        strokeWidth={1.75}
        aria-hidden
      />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className={cn("text-sm", notice.isRead ? "text-muted" : "font-medium")}>
            {t(`title.${notice.kind}`)}
          </span>
          {!notice.isRead && <Badge tone="accent">{t("page.new")}</Badge>}
        </p>
        {noticeLines(notice, t, roles).map((line) => (
          <p key={line} dir="auto" className="mt-0.5 text-xs break-words text-muted rtl:text-right">
            {line}
          </p>
        ))}
        <p className="mt-0.5 text-xs text-subtle">
          <Time value={notice.createdAt} />
        </p>
      </div>
    </li>
  );
}
