import { useTranslations } from "next-intl";

import { slot } from "@/components/slot";
import { Card } from "@/components/ui/card";
import { Time } from "@/components/ui/time";
import type { KnownDevice } from "@/db/people/known-devices";
import { deviceOf } from "@/lib/http/user-agent";

import { DeviceRow, useDeviceNames } from "./device-row";
import { ForgetDevice } from "./forget-device";

/** Lists the user's own known devices: those in which they have signed in before. */
export function Devices({ devices }: { devices: KnownDevice[] }) {
  const t = useTranslations("account.devices");
  const nameOf = useDeviceNames();
  return (
    <Card title={t("title")} description={t("description")} className="lg:col-span-2" flush>
      {devices.length === 0 ? (
        <p className="border-t px-4 py-3 text-sm text-muted">{t("empty")}</p>
      ) : (
        <ul className="border-t">
          {devices.map(({ id, userAgent, isThis, lastSeenAt, createdAt }) => {
            const device = deviceOf(userAgent);
            const name = nameOf(device);
            return (
              <DeviceRow
                key={id}
                device={device}
                name={name}
                current={isThis ? t("current") : null}
                action={<ForgetDevice id={id} device={name} />}
              >
                <span>{t.rich("lastSeen", { time: slot(<Time value={lastSeenAt} />) })}</span>
                <span>{t.rich("since", { time: slot(<Time value={createdAt} />) })}</span>
              </DeviceRow>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
