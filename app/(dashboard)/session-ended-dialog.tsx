"use client";

import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent, useState } from "react";
import { toast } from "sonner";

import { onSessionEnded, readSessionState } from "@/components/session-ended";
import { buttonClass } from "@/components/ui/button-class";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import type { SessionEndReason } from "@/lib/people/session-end";

/**
 * Asks the user to sign in in another tab, so that this page keeps unsaved input. Closes when the user returns with a session.
 */
export function SessionEndedDialog() {
  const t = useTranslations("shell.sessionEnded");
  const tEnded = useTranslations("auth.ended");
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<SessionEndReason | null>(null);
  const show = useEffectEvent(async () => {
    setOpen(true);
    const found = await readSessionState();
    setReason(found.state === "ended" ? found.reason : null);
  });
  const closeIfSignedIn = useEffectEvent(async () => {
    if ((await readSessionState()).state === "valid") {
      setOpen(false);
      toast.success(t("back"));
    }
  });
  useEffect(() => onSessionEnded(() => void show()), []);
  useEffect(() => {
    if (!open) {
      return undefined;
    }
    const check = () => document.visibilityState === "visible" && void closeIfSignedIn();
    document.addEventListener("visibilitychange", check);
    window.addEventListener("focus", check);
    return () => {
      document.removeEventListener("visibilitychange", check);
      window.removeEventListener("focus", check);
    };
  }, [open]);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      title={t("title")}
      description={`${reason === null ? "" : `${tEnded(reason)} `}${t("description")}`}
      footer={
        <>
          <DialogClose>{t("later")}</DialogClose>
          <a href="/sign-in" target="_blank" rel="noreferrer" className={buttonClass({ variant: "primary" })}>
            {t("signIn")}
          </a>
        </>
      }
    />
  );
}
