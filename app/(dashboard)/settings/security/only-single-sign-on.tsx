"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { toast } from "sonner";

import { ActionButton } from "@/components/action-button";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useAction } from "@/components/use-action";
import { useIsWithoutScripts } from "@/components/without-scripts";

import { setSingleSignOnOnly } from "./actions";

/** Makes single sign-on the only way to sign in, or allows passwords again. */
export function OnlySingleSignOn({
  isOn,
  provider,
  isConnected,
  unconnected,
}: {
  isOn: boolean;
  /** The name of the identity provider; null if the environment names none. */
  provider: string | null;
  /** Whether the administrator who looks at the page has connected it. */
  isConnected: boolean;
  /** How many active people, who are not administrators, have not. */
  unconnected: number;
}) {
  const t = useTranslations("settings.security");
  return (
    <div className="max-w-xl space-y-3 pt-1 text-sm">
      <Badge tone={isOn ? "success" : "neutral"}>{isOn ? t("signOn.on") : t("signOn.off")}</Badge>
      <p className="text-muted">{t("signOn.breakGlass")}</p>
      {isOn ? (
        <Change to={false} unconnected={unconnected} />
      ) : provider === null ? (
        <p>{t("signOn.notConfigured")}</p>
      ) : isConnected ? (
        <Change to unconnected={unconnected} />
      ) : (
        <div className="flex flex-wrap items-center gap-3">
          <p>{t("signOn.connectFirst", { name: provider })}</p>
          <Link href="/settings/account" className={buttonClass({ size: "sm" })}>
            {t("toAccount")}
          </Link>
        </div>
      )}
    </div>
  );
}

function Change({ to, unconnected }: { to: boolean; unconnected: number }) {
  const t = useTranslations("settings.security");
  const { run, pending } = useAction();
  const change = async () => {
    const answer = await run(() => setSingleSignOnOnly(to));
    if (answer.ok) {
      toast.success(t("saved"));
    }
    return answer.ok;
  };
  const isWithoutScripts = useIsWithoutScripts();
  const warning = `${t("signOn.confirmBody")} ${t("signOn.unconnected", { count: unconnected })}`;
  if (to && !isWithoutScripts) {
    return (
      <ConfirmDialog
        trigger={<Button>{t("signOn.turnOn")}…</Button>}
        title={t("signOn.confirmTitle")}
        description={warning}
        confirmLabel={t("signOn.turnOn")}
        onConfirm={change}
      />
    );
  }
  return (
    <>
      {to && <p>{warning}</p>}
      <ActionButton
        action={setSingleSignOnOnly}
        fields={{ on: String(to) }}
        pending={pending}
        onPress={() => void change()}
      >
        {to ? t("signOn.turnOn") : t("signOn.turnOff")}
      </ActionButton>
    </>
  );
}
