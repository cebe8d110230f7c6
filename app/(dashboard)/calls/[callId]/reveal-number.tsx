"use client";

import { Eye } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";

import { useShortcut } from "@/components/shortcuts";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Ltr } from "@/components/ui/ltr";
import { useAction } from "@/components/use-action";

import { revealNumber } from "./actions";

/** A masked number with a button and a shortcut that reveal it. The number stays revealed until the user leaves the page. */
export function RevealNumber({ callId, masked }: { callId: string; masked: string }) {
  const t = useTranslations("call");
  const [shown, setShown] = useState<string | null>(null);
  const { run, pending } = useAction({ words: { gone: t("revealFailed") } });
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
        <Button size="xs" variant="ghost" pending={pending} onClick={reveal} title={t("revealHint")}>
          <Eye aria-hidden />
          {t("reveal")}
        </Button>
      ) : (
        <CopyButton value={shown} label={t("copyPhone")} className="-my-1" />
      )}
    </span>
  );
}
