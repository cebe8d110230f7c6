"use client";

import { useTranslations } from "next-intl";
import { toast } from "sonner";

import { ActionButton } from "@/components/action-button";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useAction } from "@/components/use-action";
import { useIsWithoutScripts } from "@/components/without-scripts";

import { deleteDamaged, retryDamaged } from "./actions";

/** The buttons of one damaged record: read it again, and delete it after confirmation. */
export function DamagedButtons({ name }: { name: string }) {
  const t = useTranslations("deliveries.damaged");
  const { run, pending } = useAction();
  const isWithoutScripts = useIsWithoutScripts();
  const retry = async () => {
    const answer = await run(() => retryDamaged(name));
    if (answer.ok) {
      const show = answer.became === "read" ? toast.success : toast.info;
      show(t(`became.${answer.became}`));
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      <ActionButton action={retryDamaged} fields={{ name }} size="xs" pending={pending} onPress={() => void retry()}>
        {t("retry")}
      </ActionButton>
      {isWithoutScripts ? (
        <ActionButton action={deleteDamaged} fields={{ name }} size="xs" onPress={() => {}}>
          {t("delete")}
        </ActionButton>
      ) : (
        <ConfirmDialog
          danger
          trigger={<Button size="xs">{t("delete")}</Button>}
          title={t("deleteTitle")}
          description={t("deleteBody")}
          confirmLabel={t("delete")}
          onConfirm={async () => (await run(() => deleteDamaged(name))).ok}
        />
      )}
    </div>
  );
}
