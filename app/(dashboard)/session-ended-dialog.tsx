"use client";

import { useTranslations } from "next-intl";
import { useEffect, useEffectEvent, useState } from "react";
import { toast } from "sonner";

import { onSessionEnded } from "@/components/session-ended";
import { buttonClass } from "@/components/ui/button-class";
import { Dialog, DialogClose } from "@/components/ui/dialog";

/**
 * Asks to sign in without leaving the page: what was typed stays. It goes by itself once there is a session again, whichever tab it was
 * begun in.
 */
export function SessionEndedDialog() {
  const t = useTranslations("shell.sessionEnded");
  const [open, setOpen] = useState(false);
  const look = useEffectEvent(async () => {
    const answer = await fetch("/api/auth/get-session", { cache: "no-store" }).catch(() => null);
    if (answer?.ok && (await answer.json().catch(() => null)) !== null) {
      setOpen(false);
      toast.success(t("back"));
    }
  });
  useEffect(() => onSessionEnded(() => setOpen(true)), []);
  useEffect(() => {
    if (!open) {
      return undefined;
    }
    const check = () => document.visibilityState === "visible" && void look();
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
