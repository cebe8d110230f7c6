import { AppWindow, CircleHelp, type LucideIcon, Monitor, Smartphone, Tablet } from "lucide-react";
import { useTranslations } from "next-intl";

import type { Device } from "@/lib/http/user-agent";

const ICONS: Record<Device["kind"], LucideIcon> = {
  computer: Monitor,
  phone: Smartphone,
  tablet: Tablet,
  program: AppWindow,
  unknown: CircleHelp,
};

export function DeviceIcon({ device }: { device: Device }) {
  const Icon = ICONS[device.kind];
  return <Icon className="size-5 shrink-0 text-subtle" strokeWidth={1.75} aria-hidden />;
}

/** Names a device by its browser and system. */
export function useDeviceName({ browser, system, kind }: Device): string {
  const t = useTranslations("account.sessions");
  if (kind === "program") {
    return t("program", { name: browser ?? "" });
  }
  if (browser !== null && system !== null) {
    return t("device", { browser, system });
  }
  return browser ?? system ?? t("unknownDevice");
}
