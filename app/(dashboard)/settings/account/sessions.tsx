import { useTranslations } from "next-intl";

import { slot } from "@/components/slot";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Time } from "@/components/ui/time";
import type { OpenSession } from "@/db/people/sessions";
import { deviceOf } from "@/lib/http/user-agent";

import { DeviceIcon, useDeviceName } from "./device-name";
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

function SessionRow({ session, own }: { session: OpenSession; own: boolean }) {
  const t = useTranslations("account.sessions");
  const device = deviceOf(session.userAgent);
  const name = useDeviceName(device);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b px-4 py-3 last:border-b-0">
      <DeviceIcon device={device} />
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
