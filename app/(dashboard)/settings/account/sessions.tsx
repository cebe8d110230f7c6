import { AppWindow, CircleHelp, type LucideIcon, Monitor, Smartphone, Tablet } from "lucide-react";
import { useTranslations } from "next-intl";

import { slot } from "@/components/slot";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Time } from "@/components/ui/time";
import type { OpenSession } from "@/db/people/sessions";
import { type Device, deviceOf } from "@/lib/http/user-agent";

import { EndOthers, EndSession, SignOut, SignOutEverywhere } from "./end-session";

/** Lists the user's own sessions, each named by its browser and device. */
export function Sessions({ sessions, ownId }: { sessions: OpenSession[]; ownId: string }) {
  const t = useTranslations("account.sessions");
  return (
    <Card
      title={t("title")}
      description={t("description")}
      className="lg:col-span-2"
      flush
      footer={
        <div className="flex w-full flex-wrap justify-end gap-2">
          {sessions.length > 1 && <EndOthers />}
          <SignOutEverywhere />
        </div>
      }
    >
      <ul className="border-t">
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} own={session.id === ownId} />
        ))}
      </ul>
    </Card>
  );
}

const ICONS: Record<Device["kind"], LucideIcon> = {
  computer: Monitor,
  phone: Smartphone,
  tablet: Tablet,
  program: AppWindow,
  unknown: CircleHelp,
};

function SessionRow({ session, own }: { session: OpenSession; own: boolean }) {
  const t = useTranslations("account.sessions");
  const device = deviceOf(session.userAgent);
  const Icon = ICONS[device.kind];
  const name = useDeviceName(device);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b px-4 py-3 last:border-b-0">
      <Icon className="size-5 shrink-0 text-subtle" strokeWidth={1.75} aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <bdi className="font-medium">{name}</bdi>
          {own && <Badge tone="accent">{t("current")}</Badge>}
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
          {session.ipAddress ? (
            <bdi dir="ltr" className="tabular" title={t("address")}>
              {session.ipAddress}
            </bdi>
          ) : (
            <span>{t("noAddress")}</span>
          )}
          <span>{t.rich("lastSeen", { time: slot(<Time value={session.lastSeenAt ?? session.createdAt} />) })}</span>
          <span>{t.rich("since", { time: slot(<Time value={session.createdAt} />) })}</span>
        </p>
      </div>
      {own ? <SignOut /> : <EndSession id={session.id} device={name} />}
    </li>
  );
}

function useDeviceName({ browser, system, kind }: Device): string {
  const t = useTranslations("account.sessions");
  if (kind === "program") {
    return t("program", { name: browser ?? "" });
  }
  if (browser !== null && system !== null) {
    return t("device", { browser, system });
  }
  return browser ?? system ?? t("unknownDevice");
}
