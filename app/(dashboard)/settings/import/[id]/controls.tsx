"use client";

import { RotateCcw, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { toast } from "sonner";

import { heedRefusal } from "@/components/session-ended";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";

import { resumeImport, stopImport } from "../actions";

type Answer = Awaited<ReturnType<typeof stopImport>> | { ok: false; reason: "offline" };

/** Says why an action was refused, or shows what it did. */
function useAnswer() {
  const t = useTranslations("settings");
  const router = useRouter();
  return (answer: Answer): boolean => {
    if (answer.ok) {
      router.refresh();
      return true;
    }
    const { reason } = answer;
    heedRefusal(reason);
    toast.error(reason === "nothing" || reason === "off" ? t(`import.error.${reason}`) : t(`refused.${reason}`));
    return false;
  };
}

const offline = (): Answer => ({ ok: false, reason: "offline" });

export function CancelImport({ id, pending }: { id: string; pending: number }) {
  const t = useTranslations("settings.import");
  const take = useAnswer();
  return (
    <ConfirmDialog
      title={t("cancelTitle")}
      description={t("cancelBody", { count: pending })}
      confirmLabel={t("cancelConfirm")}
      danger
      trigger={
        <Button size="sm">
          <X aria-hidden />
          {t("cancel")}
        </Button>
      }
      onConfirm={async () => take(await stopImport(id).catch(offline))}
    />
  );
}

export function ResumeImport({ id, count, isCancelled }: { id: string; count: number; isCancelled: boolean }) {
  const t = useTranslations("settings.import");
  const take = useAnswer();
  const [working, startTransition] = useTransition();
  const resume = () =>
    startTransition(async () => {
      take(await resumeImport(id).catch(offline));
    });
  return (
    <Button size="sm" variant="primary" pending={working} onClick={resume}>
      <RotateCcw aria-hidden />
      {t(isCancelled ? "resume" : "retry", { count })}
    </Button>
  );
}
