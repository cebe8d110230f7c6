"use client";

import { useTranslations } from "next-intl";
import { useOptimistic, useTransition } from "react";
import { toast } from "sonner";

import { heedRefusal } from "@/components/session-ended";
import { Switch } from "@/components/ui/switch";

import { setMasking } from "./actions";

export function MaskingSwitch({ maskNumbers }: { maskNumbers: boolean }) {
  const t = useTranslations("privacy");
  const [shown, show] = useOptimistic(maskNumbers);
  const [pending, startTransition] = useTransition();
  const choose = (next: boolean) =>
    startTransition(async () => {
      show(next);
      const answer = await setMasking(next);
      if (answer.ok) {
        toast.success(t(next ? "masking.on" : "masking.off"));
      } else {
        heedRefusal(answer.refused);
        toast.error(t(`refused.${answer.refused}`));
      }
    });
  return (
    <Switch
      checked={shown}
      disabled={pending}
      onChange={(event) => choose(event.target.checked)}
      label={t("masking.label")}
      description={t("masking.hint")}
    />
  );
}
