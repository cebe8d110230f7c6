import { BellOff } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { ClientMessages } from "@/components/client-messages";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { LinkButton } from "@/components/ui/link-button";
import { PageHeader } from "@/components/ui/page-header";
import { listNotices } from "@/db/people/notices";
import { requirePage } from "@/server/auth/gates";

import { MarkRead } from "./mark-read";
import { NoticeList } from "./notice-list";
import { toShown } from "./shown-notice";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("notices.page");
  return { title: t("title") };
}

/** The user's own notices. */
export default async function NoticesPage() {
  const me = await requirePage();
  const [notices, t] = await Promise.all([listNotices(me.id), getTranslations("notices.page")]);
  const account = (
    <LinkButton href="/settings/account" size="sm">
      {t("account")}
    </LinkButton>
  );
  return (
    <ClientMessages of={["notices.page"]}>
      <PageHeader
        title={t("title")}
        description={t("description")}
        namesZone
        actions={
          notices.length > 0 && (
            <>
              {notices.some(({ readAt }) => readAt === null) && <MarkRead />}
              {account}
            </>
          )
        }
      />
      <Card flush className="max-w-3xl">
        {notices.length === 0 ? (
          <EmptyState icon={BellOff} title={t("empty")} action={account}>
            {t("emptyBody")}
          </EmptyState>
        ) : (
          <NoticeList notices={notices.map(toShown)} />
        )}
      </Card>
    </ClientMessages>
  );
}
