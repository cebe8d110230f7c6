import { useTranslations } from "next-intl";

import { slot } from "@/components/slot";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { Time } from "@/components/ui/time";
import type { KnownDevice } from "@/db/people/known-devices";
import { deviceOf } from "@/lib/http/user-agent";

import { DeviceIcon, useDeviceName } from "./device-name";
import { ForgetDevice } from "./forget-device";

/** Lists the user's own known devices: those in which they have signed in before. */
export function Devices({ devices }: { devices: KnownDevice[] }) {
  const t = useTranslations("account.devices");
  return (
    <Card title={t("title")} description={t("description")} className="lg:col-span-2" flush>
      {devices.length === 0 ? (
        <p className="border-t px-4 py-3 text-sm text-muted">{t("empty")}</p>
      ) : (
        <ul className="border-t">
          {devices.map((device) => (
            <DeviceRow key={device.id} known={device} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function DeviceRow({ known }: { known: KnownDevice }) {
  const t = useTranslations("account.devices");
  const device = deviceOf(known.userAgent);
  const name = useDeviceName(device);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b px-4 py-3 last:border-b-0">
      <DeviceIcon device={device} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <bdi className="font-medium">{name}</bdi>
          {known.isThis && <Badge tone="accent">{t("current")}</Badge>}
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
          <span>{t.rich("lastSeen", { time: slot(<Time value={known.lastSeenAt} />) })}</span>
          <span>{t.rich("since", { time: slot(<Time value={known.createdAt} />) })}</span>
        </p>
      </div>
      <ForgetDevice id={known.id} device={name} />
    </li>
  );
}
