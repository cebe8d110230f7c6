import { getTranslations } from "next-intl/server";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";

import { ClientMessages } from "@/components/client-messages";
import { isScriptsOff } from "@/components/suspense";
import { countUnreadNotices, listNotices } from "@/db/people/notices";
import { GATE_REASONS, UNREACHABLE_REASONS } from "@/lib/action-answer";
import { noScriptsHref } from "@/lib/http/scripts-cookie";
import { requirePage } from "@/server/auth/gates";
import { getOrganization } from "@/server/organization";

import { BottomBar } from "./bottom-bar";
import type { BellNotices } from "./notices/bell";
import { toShown } from "./notices/shown-notice";
import { SessionEndedDialog } from "./session-ended-dialog";
import { SessionKeeper } from "./session-keeper";
import { ShellKeys } from "./shell-keys";
import { Sidebar } from "./sidebar";
import { SIDEBAR_COOKIE } from "./sidebar-cookie";
import { TopBar } from "./top-bar";

/** Why any action may be refused. The settings, whose actions check more, send all reasons. */
const REFUSALS = [...GATE_REASONS, ...UNREACHABLE_REASONS].map((reason) => `auth.error.${reason}` as const);

/** The layout of all signed-in pages. Layouts do not rerun on navigation, so each page also calls its own gate. */
export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const { id, name, email, role } = await requirePage();
  const [organization, notices, cookieStore, t] = await Promise.all([
    getOrganization(),
    readBell(id),
    cookies(),
    getTranslations("shell"),
  ]);
  const user = { name, email, role };
  return (
    <ClientMessages
      of={["shell", "notices", "auth.ended", ...REFUSALS]}
      except={["notices.mail", "notices.page.description", "notices.page.empty", "notices.page.account"]}
    >
      {!(await isScriptsOff()) && (
        <noscript>
          <meta httpEquiv="refresh" content={`0; url=${noScriptsHref((await headers()).get("x-url"))}`} />
        </noscript>
      )}
      <div className="isolate flex min-h-dvh flex-col md:flex-row">
        <a
          href="#content"
          className="fixed start-3 top-3 z-60 -translate-y-20 rounded-md bg-accent px-3 py-1.5 text-sm font-medium text-on-accent shadow-sm focus-visible:translate-y-0"
        >
          {t("skip")}
        </a>
        <TopBar organization={organization.name} user={user} notices={notices} />
        <Sidebar
          organization={organization.name}
          user={user}
          notices={notices}
          folded={cookieStore.get(SIDEBAR_COOKIE)?.value === "folded"}
        />
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 px-4 pt-5 pb-24 outline-none md:px-6 md:pb-10">
          <div className="mx-auto max-w-[100rem]">{children}</div>
        </main>
        <BottomBar role={role} />
        <ShellKeys role={role} />
        <SessionKeeper />
        <SessionEndedDialog />
      </div>
    </ClientMessages>
  );
}

const LATEST_NOTICES = 5;

/** null if the notices cannot be read: the page that is asked for says so, and the bell must not keep it from answering. */
async function readBell(userId: string): Promise<BellNotices> {
  try {
    const [unread, latest] = await Promise.all([countUnreadNotices(userId), listNotices(userId, LATEST_NOTICES)]);
    return { unread, latest: latest.map(toShown) };
  } catch {
    return null;
  }
}
