"use client";

import { useTranslations } from "next-intl";
import { toast } from "sonner";

import { ActionButton } from "@/components/action-button";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useAction } from "@/components/use-action";
import { useIsWithoutScripts } from "@/components/without-scripts";

import { signOut } from "../../sign-out";
import { endOtherSessions, endOwnSession, signOutEverywhere } from "./actions";

export function EndSession({ id, device }: { id: string; device: string }) {
  const t = useTranslations("account.sessions");
  const { run, pending } = useAction();
  return (
    <ActionButton
      action={endOwnSession}
      fields={{ id }}
      size="sm"
      variant="danger-quiet"
      pending={pending}
      aria-label={t("endLabel", { device })}
      onPress={async () => {
        const answer = await run(() => endOwnSession(id));
        if (answer.ok) {
          toast.success(t("ended"));
        }
      }}
    >
      {t("end")}
    </ActionButton>
  );
}

export function EndOthers() {
  const t = useTranslations("account.sessions");
  const { run, pending } = useAction();
  return (
    <ActionButton
      action={endOtherSessions}
      size="sm"
      pending={pending}
      onPress={async () => {
        const answer = await run(() => endOtherSessions());
        if (answer.ok) {
          toast.success(t("endedOthers", { count: answer.count }));
        }
      }}
    >
      {t("endOthers")}
    </ActionButton>
  );
}

/** Signs out of this browser. */
export function SignOut() {
  const t = useTranslations("shell");
  const words = { unavailable: t("signOutFailed") };
  const { run, pending } = useAction({ words });
  return (
    <ActionButton action={signOut} words={words} size="sm" pending={pending} onPress={() => run(() => signOut())}>
      {t("signOut")}
    </ActionButton>
  );
}

export function SignOutEverywhere() {
  const t = useTranslations("account.sessions");
  const { run } = useAction();
  if (useIsWithoutScripts()) {
    return (
      <ActionButton
        action={signOutEverywhere}
        size="sm"
        variant="danger-quiet"
        onPress={() => run(() => signOutEverywhere())}
      >
        {t("everywhereSubmit")}
      </ActionButton>
    );
  }
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm" variant="danger-quiet">
          {t("everywhere")}
        </Button>
      }
      title={t("everywhereTitle")}
      description={t("everywhereDescription")}
      confirmLabel={t("everywhereSubmit")}
      danger
      onConfirm={async () => {
        // If the sessions were ended, the action redirects and this call never returns.
        await run(() => signOutEverywhere());
        return false;
      }}
    />
  );
}
