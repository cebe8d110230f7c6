"use client";

import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent, useState } from "react";
import { toast } from "sonner";

import { onSessionEnded, readSessionState } from "@/components/session-ended";
import { buttonClass } from "@/components/ui/button-class";
import { Dialog, DialogClose } from "@/components/ui/dialog";

/**
 * Asks the user to sign in in another tab, so that this page keeps unsaved input. Closes when the user returns with a session.
 */
export function SessionEndedDialog() {
  const t = useTranslations("shell.sessionEnded");
  const [open, setOpen] = useState(false);
  const closeIfSignedIn = useEffectEvent(async () => {
    if ((await readSessionState()) === "valid") {
      setOpen(false);
      toast.success(t("back"));
    }
  });
  useEffect(() => onSessionEnded(() => setOpen(true)), []);
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
      description={t("description")}
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
