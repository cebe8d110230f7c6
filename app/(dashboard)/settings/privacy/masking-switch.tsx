"use client";

import { useTranslations } from "next-intl";
import { useOptimistic } from "react";
import { toast } from "sonner";

import { Switch } from "@/components/ui/switch";
import { useAction } from "@/components/use-action";

import { setMasking } from "./actions";

export function MaskingSwitch({ maskNumbers }: { maskNumbers: boolean }) {
  const t = useTranslations("privacy");
  const [shown, show] = useOptimistic(maskNumbers);
  const { run, pending } = useAction();
  const choose = async (next: boolean) => {
    const answer = await run(() => {
      show(next);
      return setMasking(next);
    });
    if (answer.ok) {
      toast.success(t(next ? "masking.on" : "masking.off"));
    }
  };
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
