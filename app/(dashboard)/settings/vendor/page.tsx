import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";

import { ClientMessages } from "@/components/client-messages";
import { slot } from "@/components/slot";
import { Suspense } from "@/components/suspense";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { DescriptionItem, DescriptionList } from "@/components/ui/description-list";
import { Id, Ltr } from "@/components/ui/ltr";
import { Notice } from "@/components/ui/notice";
import { PageHeader } from "@/components/ui/page-header";
import { PanelBoundary } from "@/components/ui/panel-boundary";
import { Skeleton } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { readSecretUse } from "@/db/deliveries/list";
import { env } from "@/lib/env";
import { isPublicAddress } from "@/lib/http/public-address";
import { API_ERRORS } from "@/lib/sarj/api";
import { secretLabels } from "@/lib/sarj/secret-labels";
import { requirePage } from "@/server/auth/gates";
import { hasApiKey, readKeyRefusal } from "@/server/vendor-api";

import { ApiTest } from "./api-test";
import { NewSecret } from "./new-secret";
import { TestCall } from "./test-call";
import { WebhookUrl } from "./webhook-url";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("settings");
  return { title: t("vendor.title") };
}

export default async function VendorPage() {
  await requirePage("administrator");
  const t = await getTranslations("settings.vendor");
  return (
    <ClientMessages of={["settings.vendor", "call.apiError", "deliveries"]}>
      <PageHeader title={t("title")} description={t("description")} namesZone />
      <div className="space-y-5">
        <Card title={t("webhook.title")} description={t("webhook.description")}>
          {!isReachableFromOutside(env.APP_URL) && (
            <Notice tone="warning" className="mb-3">
              {t.rich("webhook.loopback", { url: slot(<Ltr>{env.APP_URL}</Ltr>) })}
            </Notice>
          )}
          <PanelBoundary>
            <Suspense fallback={<Skeleton className="h-16 w-full" />}>
              <Secrets />
            </Suspense>
          </PanelBoundary>
        </Card>
        <Card title={t("api.title")} description={t("api.description")}>
          <PanelBoundary>
            <Suspense fallback={<Skeleton className="h-16 w-full" />}>
              <Api />
            </Suspense>
          </PanelBoundary>
        </Card>
        <Rotation />
        <Addresses />
      </div>
    </ClientMessages>
  );
}

/** Lists the secrets by label. The page contains a secret itself only after it has been revealed. */
async function Secrets() {
  const [uses, t] = await Promise.all([readSecretUse(secretLabels()), getTranslations("settings.vendor.webhook")]);
  return (
    <ul className="divide-y border-t">
      {uses.map(({ label, lastUsedAt, lastDay }) => (
        <li key={label} className="space-y-3 py-3.5 last:pb-0">
          <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
            <span className="font-medium">
              {t("secret")} <Id>{label}</Id>
            </span>
            <span className="text-muted">
              {lastUsedAt === null
                ? t("neverUsed")
                : t.rich("lastUsed", { time: slot(<Time value={lastUsedAt} />), count: lastDay })}
            </span>
          </div>
          <WebhookUrl label={label} prefix={`${env.APP_URL}/webhooks/sarj/`} />
          <TestCall label={label} />
        </li>
      ))}
    </ul>
  );
}

async function Api() {
  const [keyRefusal, t, tErrors] = await Promise.all([
    readKeyRefusal(),
    getTranslations("settings.vendor.api"),
    getTranslations("call.apiError"),
  ]);
  const isOn = hasApiKey();
  return (
    <div className="space-y-3">
      <DescriptionList>
        <DescriptionItem term={t("state")}>
          {!isOn ? (
            <Badge>{t("off")}</Badge>
          ) : keyRefusal === null ? (
            <Badge tone="success">{t("on")}</Badge>
          ) : (
            <Badge tone="danger">{t("stopped")}</Badge>
          )}
        </DescriptionItem>
        <DescriptionItem term={t("address")}>
          <Id>{env.SARJ_API_URL}</Id>
        </DescriptionItem>
      </DescriptionList>
      {!isOn && (
        <Notice tone="warning" title={t("offTitle")}>
          {t.rich("offBody", { variable: slot(<Variable>SARJ_API_KEY</Variable>) })}
        </Notice>
      )}
      {keyRefusal !== null && (
        <Notice tone="danger" title={t("stoppedTitle")}>
          {t.rich("stoppedBody", {
            reason: tErrors(API_ERRORS.find((known) => known === keyRefusal.error) ?? "unknown"),
            since: slot(<Time value={keyRefusal.since} />),
            variable: slot(<Variable>SARJ_API_KEY</Variable>),
          })}
        </Notice>
      )}
      <ApiTest />
    </div>
  );
}

/** The steps to replace the secret without losing a delivery. */
async function Rotation() {
  const t = await getTranslations("settings.vendor.rotation");
  const variable = slot(<Variable>SARJ_WEBHOOK_SECRETS</Variable>);
  return (
    <Card title={t("title")} description={t("description")}>
      <ol className="mt-1 list-decimal space-y-2 ps-5 marker:text-muted">
        <li>
          {t("make")}
          <NewSecret />
        </li>
        <li>{t.rich("add", { variable })}</li>
        <li>{t("set")}</li>
        <li>{t("wait")}</li>
        <li>{t.rich("remove", { variable })}</li>
      </ol>
    </Card>
  );
}

/** Shows which addresses may send webhooks, and which header contains the sender's address. Both are set in the environment. */
async function Addresses() {
  const t = await getTranslations("settings.vendor.addresses");
  const ranges = env.SARJ_WEBHOOK_ALLOWED_IPS;
  const header = env.CLIENT_IP_HEADER;
  return (
    <Card title={t("title")} description={t("description")}>
      <DescriptionList>
        <DescriptionItem term={<Variable>SARJ_WEBHOOK_ALLOWED_IPS</Variable>}>
          {ranges.length === 0 ? (
            t("anyAddress")
          ) : (
            <span className="flex flex-wrap gap-1.5">
              {ranges.map((range) => (
                <Badge key={range} tone="outline">
                  <Id className="break-normal">{range}</Id>
                </Badge>
              ))}
            </span>
          )}
        </DescriptionItem>
        <DescriptionItem term={<Variable>CLIENT_IP_HEADER</Variable>}>
          {header === undefined ? t("noHeader") : <Id>{header}</Id>}
        </DescriptionItem>
      </DescriptionList>
      <p className="mt-2 text-muted">{t("change")}</p>
    </Card>
  );
}

function Variable({ children }: { children: string }) {
  return (
    <code dir="ltr" className="font-mono text-2xs break-all [unicode-bidi:isolate]">
      {children}
    </code>
  );
}

/** Whether a URL may be reachable from the internet: its host is not a loopback or private address. */
function isReachableFromOutside(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname !== "localhost" && !hostname.endsWith(".localhost") && !isPrivateLiteral(hostname);
}

/** Whether a host name is an IP address that is not public. */
function isPrivateLiteral(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, "");
  return /^[\d.]+$|:/.test(address) && !isPublicAddress(address);
}
