"use client";

import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { toast } from "sonner";

import { sayThatSessionEnded } from "@/components/session-ended";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";

import { endOtherSessions, endOwnSession, signOutEverywhere } from "./actions";
import { notReached } from "./why";

export function EndSession({ id, device }: { id: string; device: string }) {
  const t = useTranslations("account.sessions");
  const sayRefusal = useRefusal();
  const [pending, startTransition] = useTransition();
  return (
    <Button
      size="sm"
      variant="danger-quiet"
      pending={pending}
      aria-label={t("endLabel", { device })}
      onClick={() =>
        startTransition(async () => {
          const answer = await endOwnSession(id).catch(notReached);
          if (answer.ok) {
            toast.success(t("ended"));
          } else {
            sayRefusal(answer.reason);
          }
        })
      }
    >
      {t("end")}
    </Button>
  );
}

export function EndOthers() {
  const t = useTranslations("account.sessions");
  const sayRefusal = useRefusal();
  const [pending, startTransition] = useTransition();
  return (
    <Button
      size="sm"
      pending={pending}
      onClick={() =>
        startTransition(async () => {
          const answer = await endOtherSessions().catch(notReached);
          if (answer.ok) {
            toast.success(t("endedOthers", { count: answer.count }));
          } else {
            sayRefusal(answer.reason);
          }
        })
      }
    >
      {t("endOthers")}
    </Button>
  );
}

export function SignOutEverywhere() {
  const t = useTranslations("account.sessions");
  const sayRefusal = useRefusal();
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
        // Where it succeeds it leads to the sign-in page and does not come back.
        const answer = await signOutEverywhere().catch(notReached);
        if (answer !== undefined) {
          sayRefusal(answer.reason);
        }
        return false;
      }}
    />
  );
}

function useRefusal(): (reason: "signedOut" | "forbidden" | "unavailable" | "offline") => void {
  const t = useTranslations("auth.error");
  return (reason) => (reason === "signedOut" ? sayThatSessionEnded() : toast.error(t(reason)));
}
