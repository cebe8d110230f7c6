import { Import } from "lucide-react";
import type { Metadata, Route } from "next";
import { getFormatter, getTranslations } from "next-intl/server";
import Link from "next/link";

import { ClientMessages } from "@/components/client-messages";
import { Suspense } from "@/components/suspense";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Ltr } from "@/components/ui/ltr";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { Progress } from "@/components/ui/progress";
import { Skeleton } from "@/components/ui/skeleton";
import { stacked, Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { type ImportSummary, listImports } from "@/db/imports/list";
import { IMPORTS_PER_SECOND } from "@/lib/imports/id-list";
import { requirePage } from "@/server/auth/gates";
import { hasApiKey, readKeyRefusal } from "@/server/vendor-api";

import { ImportForm } from "./import-form";
import { StatusBadge } from "./status-badge";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("settings");
  return { title: t("import.title") };
}

export default async function ImportPage() {
  await requirePage("administrator");
  const t = await getTranslations("settings.import");
  const isOff = !hasApiKey();
  return (
    <ClientMessages of={["settings.import"]}>
      <PageHeader title={t("title")} description={t("description")} namesZone />
      <div className="space-y-5">
        <Card title={t("new")} description={t("newDescription", { rate: IMPORTS_PER_SECOND })}>
          {isOff ? (
            <Notice tone="warning" title={t("offTitle")} className="mt-2">
              {t("offBody")}
            </Notice>
          ) : (
            <ImportForm />
          )}
        </Card>
        <PanelBoundary>
          <Suspense fallback={<Skeleton className="h-32 w-full rounded-lg" />}>
            <PastImports />
          </Suspense>
        </PanelBoundary>
      </div>
    </ClientMessages>
  );
}

async function PastImports() {
  const [imports, keyRefusal, t] = await Promise.all([
    listImports(30),
    readKeyRefusal(),
    getTranslations("settings.import"),
  ]);
  return (
    <Card title={t("past")} flush>
      {imports.length === 0 ? (
        <EmptyState icon={Import} title={t("pastEmptyTitle")} headingLevel="h3" className="border-t py-10">
          {t("pastEmptyBody")}
        </EmptyState>
      ) : (
        <TableScroll label={t("past")}>
          <Table className={stacked.table}>
            <thead className={stacked.head}>
              <tr>
                <Th>{t("started")}</Th>
                <Th>{t("by")}</Th>
                <Th>{t("progress")}</Th>
                <Th numeric>{t("calls")}</Th>
              </tr>
            </thead>
            <tbody>
              {imports.map((summary) => (
                <ImportRow key={summary.id} summary={summary} isPaused={keyRefusal !== null || !hasApiKey()} />
              ))}
            </tbody>
          </Table>
        </TableScroll>
      )}
    </Card>
  );
}

async function ImportRow({ summary, isPaused }: { summary: ImportSummary; isPaused: boolean }) {
  const [t, format] = await Promise.all([getTranslations("settings.import"), getFormatter()]);
  const { id, source, fileName, createdAt, userName, counts, total } = summary;
  const done = total - counts.pending;
  return (
    <Tr className="relative grid-cols-[minmax(0,1fr)_auto] max-md:first:border-t">
      <Td className="max-md:col-span-2">
        <Link href={`/settings/import/${id}` as Route} className="font-medium focus-inset after:absolute after:inset-0">
          <Time value={createdAt} />
        </Link>
        <span className="block max-w-64 truncate text-xs text-muted">
          {fileName === null ? t(`source.${source}`) : <bdi>{fileName}</bdi>}
        </span>
      </Td>
      <Td className="max-md:order-1 max-md:col-span-2 max-md:text-muted">
        <bdi>{userName ?? (source === "command" ? t("byCommand") : t("byGone"))}</bdi>
      </Td>
      <Td>
        <span className="flex items-center gap-2.5">
          <StatusBadge summary={summary} isPaused={isPaused} />
          {counts.pending > 0 && (
            <Progress value={total === 0 ? 0 : done / total} label={t("progress")} className="w-24" />
          )}
        </span>
      </Td>
      <Td numeric>
        <Ltr>{counts.pending > 0 ? t("doneOf", { done, total }) : format.number(total)}</Ltr>
      </Td>
    </Tr>
  );
}
