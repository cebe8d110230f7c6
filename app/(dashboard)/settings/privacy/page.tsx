import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { ClientMessages } from "@/components/client-messages";
import { Suspense } from "@/components/suspense";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { Skeleton } from "@/components/ui/skeleton";
import { readRetention } from "@/db/privacy/retention";
import { requirePage } from "@/server/auth/gates";
import { getOrganization } from "@/server/organization";

import { ErasureForm } from "./erasure-form";
import { Erasures } from "./erasures";
import { HeldDataForm } from "./held-data-form";
import { MaskingSwitch } from "./masking-switch";
import { RetentionForm } from "./retention-form";
import { RetentionStatus } from "./retention-status";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("privacy");
  return { title: t("title") };
}

export default async function PrivacyPage() {
  await requirePage("administrator");
  const [rules, { maskNumbers }, t] = await Promise.all([
    readRetention(),
    getOrganization(),
    getTranslations("privacy"),
  ]);
  const text = (days: number | null) => (days === null ? "" : String(days));
  return (
    <ClientMessages of={["privacy"]}>
      <PageHeader title={t("title")} description={t("description")} />
      <div className="space-y-5">
        <Card title={t("masking.title")} description={t("masking.description")}>
          <MaskingSwitch maskNumbers={maskNumbers} />
        </Card>
        <Card title={t("retention.title")} description={t("retention.description")}>
          <RetentionForm
            saved={{
              recordingDays: text(rules.recordingDays),
              transcriptDays: text(rules.transcriptDays),
              deliveryDays: text(rules.deliveryDays),
              callDays: text(rules.callDays),
            }}
          />
          <PanelBoundary>
            <Suspense fallback={<Skeleton className="mt-5 h-16 w-full" />}>
              <RetentionStatus />
            </Suspense>
          </PanelBoundary>
        </Card>
        <Card title={t("access.heading")} description={t("access.description")}>
          <HeldDataForm />
        </Card>
        <Card title={t("erasure.title")} description={t("erasure.description")}>
          <ErasureForm />
          <PanelBoundary>
            <Suspense fallback={<Skeleton className="mt-5 h-16 w-full" />}>
              <Erasures />
            </Suspense>
          </PanelBoundary>
        </Card>
      </div>
    </ClientMessages>
  );
}
