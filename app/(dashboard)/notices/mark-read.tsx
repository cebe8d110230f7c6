"use client";

import { useTranslations } from "next-intl";
import { toast } from "sonner";

import { ActionButton } from "@/components/action-button";
import { useAction } from "@/components/use-action";

import { readNotices } from "./actions";

export function MarkRead() {
  const t = useTranslations("notices.page");
  const { run, pending } = useAction();
  return (
    <ActionButton
      action={readNotices}
      size="sm"
      pending={pending}
      onPress={async () => {
        const answer = await run(() => readNotices());
        if (answer.ok) {
          toast.success(t("marked"));
        }
      }}
    >
      {t("markRead")}
    </ActionButton>
  );
}
