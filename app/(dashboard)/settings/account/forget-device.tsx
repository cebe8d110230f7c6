"use client";

import { useTranslations } from "next-intl";
import { toast } from "sonner";

import { ActionButton } from "@/components/action-button";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useAction } from "@/components/use-action";
import { useIsWithoutScripts } from "@/components/without-scripts";

import { forgetOwnDevice } from "./actions";

export function ForgetDevice({ id, device }: { id: string; device: string }) {
  const t = useTranslations("account.devices");
  const { run } = useAction();
  const forget = async () => {
    const answer = await run(() => forgetOwnDevice(id));
    if (answer.ok) {
      toast.success(t("forgotten"));
    }
    return answer.ok;
  };
  if (useIsWithoutScripts()) {
    return (
      <ActionButton
        action={forgetOwnDevice}
        fields={{ id }}
        size="sm"
        variant="danger-quiet"
        aria-label={t("forgetLabel", { device })}
        onPress={() => void forget()}
      >
        {t("forgetSubmit")}
      </ActionButton>
    );
  }
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm" variant="danger-quiet" aria-label={t("forgetLabel", { device })}>
          {t("forget")}
        </Button>
      }
      title={t("forgetTitle", { device })}
      description={t("forgetDescription")}
      confirmLabel={t("forgetSubmit")}
      danger
      onConfirm={forget}
    />
  );
}
