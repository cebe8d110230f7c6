"use client";

import { useEffect, useEffectEvent } from "react";

import { announceSessionEnd, readSessionState } from "@/components/session-ended";

const EVERY_MS = 30 * 60_000;

/**
 * Extends the session while a page is open and visible. This needs a separate request, because a page cannot set the session's
 * cookie while it renders. If the session has ended, the shell asks the user to sign in and the page keeps unsaved input.
 */
export function SessionKeeper() {
  const extendSession = useEffectEvent(async () => {
    if ((await readSessionState({ extend: true })) === "ended") {
      announceSessionEnd();
    }
  });
  useEffect(() => {
    let last = Date.now();
    const check = () => {
      if (document.visibilityState === "visible" && Date.now() - last >= EVERY_MS) {
        last = Date.now();
        void extendSession();
      }
    };
    const timer = setInterval(check, 60_000);
    document.addEventListener("visibilitychange", check);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", check);
    };
  }, []);
  return null;
}
