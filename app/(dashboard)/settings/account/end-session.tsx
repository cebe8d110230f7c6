"use client";

import { useTranslations } from "next-intl";
import { toast } from "sonner";

import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useAction } from "@/components/use-action";

import { endOtherSessions, endOwnSession, signOutEverywhere } from "./actions";

export function EndSession({ id, device }: { id: string; device: string }) {
  const t = useTranslations("account.sessions");
  const { run, pending } = useAction();
  return (
    <Button
      size="sm"
      variant="danger-quiet"
      pending={pending}
      aria-label={t("endLabel", { device })}
      onClick={async () => {
        const answer = await run(() => endOwnSession(id));
        if (answer.ok) {
          toast.success(t("ended"));
        }
      }}
    >
      {t("end")}
    </Button>
  );
}

export function EndOthers() {
  const t = useTranslations("account.sessions");
  const { run, pending } = useAction();
  return (
    <Button
      size="sm"
      pending={pending}
      onClick={async () => {
        const answer = await run(() => endOtherSessions());
        if (answer.ok) {
          toast.success(t("endedOthers", { count: answer.count }));
        }
      }}
    >
      {t("endOthers")}
    </Button>
  );
}

export function SignOutEverywhere() {
  const t = useTranslations("account.sessions");
  const { run } = useAction();
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
