"use client";

import { RefreshCw } from "lucide-react";
import { useTranslations } from "next-intl";

import { ActionButton } from "@/components/action-button";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useAction } from "@/components/use-action";
import { useIsWithoutScripts } from "@/components/without-scripts";

import { rereadEverything } from "./actions";

/** A button that starts a reinterpretation after confirmation. `RereadProgress` shows how far it is. */
export function RereadButton() {
  const t = useTranslations("deliveries.reread");
  const { run } = useAction();
  if (useIsWithoutScripts()) {
    return (
      <ActionButton action={rereadEverything} size="sm" onPress={() => {}}>
        {t("button")}
      </ActionButton>
    );
  }
  return (
    <ConfirmDialog
      trigger={
        <Button size="sm">
          <RefreshCw aria-hidden />
          {t("button")}
        </Button>
      }
      title={t("confirmTitle")}
      description={t("confirmBody")}
      confirmLabel={t("confirm")}
      onConfirm={async () => (await run(() => rereadEverything())).ok}
    />
  );
}
