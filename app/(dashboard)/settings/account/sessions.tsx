import { useTranslations } from "next-intl";

import { slot } from "@/components/slot";
import { Card } from "@/components/ui/card";
import { Time } from "@/components/ui/time";
import type { OpenSession } from "@/db/people/sessions";
import { deviceOf } from "@/lib/http/user-agent";

import { DeviceRow, useDeviceNames } from "./device-row";
import { EndOthers, EndSession, SignOut, SignOutEverywhere } from "./end-session";

/** Lists the user's own sessions, each named by its browser and device. */
export function Sessions({ sessions, ownId }: { sessions: OpenSession[]; ownId: string }) {
  const t = useTranslations("account.sessions");
  const nameOf = useDeviceNames();
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
        {sessions.map(({ id, userAgent, ipAddress, lastSeenAt, createdAt }) => {
          const device = deviceOf(userAgent);
          const name = nameOf(device);
          return (
            <DeviceRow
              key={id}
              device={device}
              name={name}
              current={id === ownId ? t("current") : null}
              action={id === ownId ? <SignOut /> : <EndSession id={id} device={name} />}
            >
              {ipAddress ? (
                <bdi dir="ltr" className="tabular" title={t("address")}>
                  {ipAddress}
                </bdi>
              ) : (
                <span>{t("noAddress")}</span>
              )}
              <span>{t.rich("lastSeen", { time: slot(<Time value={lastSeenAt ?? createdAt} />) })}</span>
              <span>{t.rich("since", { time: slot(<Time value={createdAt} />) })}</span>
            </DeviceRow>
          );
        })}
      </ul>
    </Card>
  );
}
