"use client";

import { Link2, Unlink } from "lucide-react";
import { useTranslations } from "next-intl";
import { toast } from "sonner";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { useActionForm } from "@/components/use-action-form";
import { useIsWithoutScripts } from "@/components/without-scripts";

import { PasswordDialog } from "./password-dialog";
import { PasswordFormWithoutScripts } from "./password-form-without-scripts";
import { connectSingleSignOn, disconnectSingleSignOn } from "./single-sign-on-actions";

/** The result of a visit to the identity provider, from the URL. */
export type ConnectionResult = "connected" | "cancelled" | "otherEmail" | "otherAccount" | "unverified" | "failed";

/** Connects the user's account with single sign-on, or disconnects it. */
export function SignOn({
  provider,
  isConnected,
  isConfigured,
  isOnlyWay,
  result,
}: {
  provider: string;
  isConnected: boolean;
  /** Whether the environment names an identity provider. */
  isConfigured: boolean;
  /** Whether the user could not sign in without it. */
  isOnlyWay: boolean;
  result: ConnectionResult | null;
}) {
  const t = useTranslations("account.signOn");
  return (
    <Card
      title={t("title")}
      description={t("description", { name: provider })}
      actions={
        <Badge tone={isConnected ? "success" : "neutral"}>
          {isConnected ? <Link2 aria-hidden /> : <Unlink aria-hidden />}
          {isConnected ? t("on") : t("off")}
        </Badge>
      }
      className="lg:col-span-2"
    >
      <div className="space-y-3">
        {result !== null && (
          <Notice tone={result === "connected" ? "success" : "danger"} announce>
            {t(`result.${result}`, { name: provider })}
          </Notice>
        )}
        {isConnected && isOnlyWay ? (
          <p className="text-sm text-muted">{t("onlyWay")}</p>
        ) : isConnected ? (
          <Disconnect provider={provider} />
        ) : isConfigured ? (
          <Connect provider={provider} />
        ) : null}
      </div>
    </Card>
  );
}

function Connect({ provider }: { provider: string }) {
  const t = useTranslations("account.signOn");
  const { submit, answer, refusal } = useActionForm(connectSingleSignOn);
  const isWithoutScripts = useIsWithoutScripts();
  if (answer?.ok) {
    // A link, because the Content-Security-Policy blocks forms that redirect to another site.
    return (
      <a href={answer.url} className={buttonClass({ variant: "primary" })}>
        {t("continue", { name: provider })}
      </a>
    );
  }
  if (isWithoutScripts) {
    return <PasswordFormWithoutScripts submitLabel={t("connect")} submit={submit} refusal={refusal} />;
  }
  return (
    <PasswordDialog
      trigger={<Button>{t("connect")}…</Button>}
      title={t("connectTitle", { name: provider })}
      description={t("connectDescription")}
      submitLabel={t("continue", { name: provider })}
      submit={connectSingleSignOn}
      onDone={({ url }) => window.location.assign(url)}
    />
  );
}

function Disconnect({ provider }: { provider: string }) {
  const t = useTranslations("account.signOn");
  const { submit, refusal } = useActionForm(disconnectSingleSignOn);
  if (useIsWithoutScripts()) {
    return <PasswordFormWithoutScripts submitLabel={t("disconnect")} submit={submit} refusal={refusal} />;
  }
  return (
    <PasswordDialog
      trigger={<Button variant="danger-quiet">{t("disconnect")}…</Button>}
      title={t("disconnectTitle", { name: provider })}
      description={t("disconnectDescription")}
      submitLabel={t("disconnect")}
      danger
      submit={disconnectSingleSignOn}
      onDone={() => toast.success(t("disconnected"))}
    />
  );
}
