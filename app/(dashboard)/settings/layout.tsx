import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";

import { ClientMessages } from "@/components/client-messages";
import { includesRole } from "@/lib/people/role";
import { requirePage } from "@/server/auth/gates";

import { SETTINGS_SECTIONS } from "./sections";
import { SettingsNav } from "./settings-nav";

/** Shows the navigation between the sections beside each settings page. Every page calls its own gate. */
export default async function SettingsLayout({ children }: { children: ReactNode }) {
  const [{ role }, t] = await Promise.all([requirePage(), getTranslations("settings")]);
  const sections = SETTINGS_SECTIONS.filter((section) => includesRole(role, section.role)).map(({ name }) => name);
  return (
    <div className="grid gap-x-10 gap-y-4 lg:grid-cols-[12rem_minmax(0,1fr)]">
      <div className="min-w-0 lg:pt-1">
        <p className="mb-3 text-xl font-semibold tracking-tight max-lg:hidden">{t("title")}</p>
        <ClientMessages of={["settings.nav"]}>
          <SettingsNav visible={sections} label={t("title")} />
        </ClientMessages>
      </div>
      <div className="max-w-4xl min-w-0">
        <ClientMessages of={["auth.error"]}>{children}</ClientMessages>
      </div>
    </div>
  );
}
