"use client";

import { RotateCcw, X } from "lucide-react";
import { useTranslations } from "next-intl";

import { ActionButton } from "@/components/action-button";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useAction } from "@/components/use-action";
import { useIsWithoutScripts } from "@/components/without-scripts";

import { resumeImport, stopImport } from "../actions";

export function CancelImport({ id, pending }: { id: string; pending: number }) {
  const t = useTranslations("settings.import");
  const { run } = useAction();
  if (useIsWithoutScripts()) {
    return (
      <ActionButton action={stopImport} fields={{ id }} size="sm" onPress={() => run(() => stopImport(id))}>
        {t("cancelConfirm")}
      </ActionButton>
    );
  }
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
      onConfirm={async () => (await run(() => stopImport(id))).ok}
    />
  );
}

export function ResumeImport({ id, count, isCancelled }: { id: string; count: number; isCancelled: boolean }) {
  const t = useTranslations("settings.import");
  const { run, pending } = useAction();
  return (
    <ActionButton
      action={resumeImport}
      fields={{ id }}
      size="sm"
      variant="primary"
      pending={pending}
      onPress={() => run(() => resumeImport(id))}
    >
      <RotateCcw aria-hidden />
      {t(isCancelled ? "resume" : "retry", { count })}
    </ActionButton>
  );
}
