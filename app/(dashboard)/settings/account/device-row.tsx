import { AppWindow, CircleHelp, type LucideIcon, Monitor, Smartphone, Tablet } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

import { Badge } from "@/components/ui/badge";
import type { Device } from "@/lib/http/user-agent";

const ICONS: Record<Device["kind"], LucideIcon> = {
  computer: Monitor,
  phone: Smartphone,
  tablet: Tablet,
  program: AppWindow,
  unknown: CircleHelp,
};

/**
 * A row of a list of devices.
 *
 * @param name from `useDeviceNames`
 * @param current what the badge says of the device that the user uses now; null for another
 */
export function DeviceRow({
  device,
  name,
  current,
  children,
  action,
}: {
  device: Device;
  name: string;
  current: string | null;
  children: ReactNode;
  action: ReactNode;
}) {
  const Icon = ICONS[device.kind];
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b px-4 py-3 last:border-b-0">
      <Icon className="size-5 shrink-0 text-subtle" strokeWidth={1.75} aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <bdi className="font-medium">{name}</bdi>
          {current !== null && <Badge tone="accent">{current}</Badge>}
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">{children}</p>
      </div>
      {action}
    </li>
  );
}

/** Returns a function that names a device by its browser and system. */
export function useDeviceNames(): (device: Device) => string {
  const t = useTranslations("account.sessions");
  return ({ browser, system, kind }) => {
    if (kind === "program") {
      return t("program", { name: browser ?? "" });
    }
    if (browser !== null && system !== null) {
      return t("device", { browser, system });
    }
    return browser ?? system ?? t("unknownDevice");
  };
}
