"use client";

import { useTranslations } from "next-intl";
import { useOptimistic } from "react";
import { toast } from "sonner";

import { RefusalNotice } from "@/components/refusal-notice";
import { Button } from "@/components/ui/button";
import { Switch } from "@/components/ui/switch";
import { useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";
import { useIsHydrated } from "@/components/use-is-hydrated";

import { setMasking } from "./actions";

/** The switch takes effect at once; until its scripts are there, it is a form with a button. */
export function MaskingSwitch({ maskNumbers }: { maskNumbers: boolean }) {
  const t = useTranslations("privacy");
  const tAction = useTranslations("common.action");
  const [shown, show] = useOptimistic(maskNumbers);
  const { run, pending } = useAction();
  const { submit, refusal } = useActionForm(setMasking);
  const isHydrated = useIsHydrated();
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
    <form action={submit} className="flex flex-wrap items-center gap-3">
      <Switch
        key={String(isHydrated)}
        name="maskNumbers"
        {...(isHydrated ? { checked: shown } : { defaultChecked: maskNumbers })}
        disabled={pending}
        onChange={(event) => choose(event.target.checked)}
        label={t("masking.label")}
        description={t("masking.hint")}
      />
      {!isHydrated && (
        <Button type="submit" size="sm">
          {tAction("save")}
        </Button>
      )}
      <RefusalNotice refusal={refusal} />
    </form>
  );
}
