"use client";

import { Eye } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { useShortcut } from "@/components/shortcuts";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Ltr } from "@/components/ui/ltr";
import { useAction } from "@/components/use-action";
import { useActionForm } from "@/components/use-action-form";

import { revealNumber } from "./actions";

/** A masked number with a button and a shortcut that reveal it. The number stays revealed until the user leaves the page. */
export function RevealNumber({ callId, masked }: { callId: string; masked: string }) {
  const t = useTranslations("call");
  const words = { gone: t("revealFailed") };
  const { submit, answer: submitted, refusal } = useActionForm(revealNumber, { words });
  const [shown, setShown] = useState<string | null>(submitted?.ok ? submitted.phoneNumber : null);
  const { run, pending } = useAction({ words });
  const reveal = async () => {
    if (shown !== null || pending) {
      return;
    }
    const answer = await run(() => revealNumber(callId));
    if (answer.ok) {
      setShown(answer.phoneNumber);
    }
  };
  useShortcut({ keys: "r", label: t("revealPhone"), scope: "page" }, reveal);
  return (
    <span className="inline-flex items-center gap-1">
      <Ltr>{shown ?? masked}</Ltr>
      {shown === null ? (
        <form
          action={submit}
          className="inline-flex items-center gap-1"
          onSubmit={(event) => {
            event.preventDefault();
            void reveal();
          }}
        >
          <input type="hidden" name="callId" value={callId} />
          <Button type="submit" size="xs" variant="ghost" pending={pending} title={t("revealHint")}>
            <Eye aria-hidden />
            {t("reveal")}
          </Button>
          {refusal !== null && <span role="alert">{refusal.text}</span>}
        </form>
      ) : (
        <CopyButton value={shown} label={t("copyPhone")} className="-my-1" />
      )}
    </span>
  );
}
