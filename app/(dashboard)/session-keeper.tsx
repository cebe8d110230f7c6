"use client";

import { useEffect, useEffectEvent } from "react";

import { announceSessionEnd, readSessionState } from "@/components/session-ended";

/** The server does not need it more precisely. */
const REPORT_EVERY_MS = 60_000;
const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "wheel"] as const;

/**
 * Reports that a person uses the page, so that the session does not end while they read or type. Requests that the page makes by itself, such as
 * its refreshes, do not keep a session. If the session has ended, the shell asks the user to sign in and the page keeps unsaved input.
 */
export function SessionKeeper() {
  const ask = useEffectEvent(async (isActive: boolean) => {
    if ((await readSessionState({ isActive })).state === "ended") {
      announceSessionEnd();
    }
  });
  useEffect(() => {
    // The request for this page was activity.
    let asked = Date.now();
    const askSeldom = (isActive: boolean) => {
      if (document.visibilityState === "visible" && Date.now() - asked >= REPORT_EVERY_MS) {
        asked = Date.now();
        void ask(isActive);
      }
    };
    const report = () => askSeldom(true);
    const look = () => askSeldom(false);
    for (const sign of SIGNS_OF_LIFE) {
      window.addEventListener(sign, report, { capture: true, passive: true });
    }
    document.addEventListener("visibilitychange", look);
    return () => {
      for (const sign of SIGNS_OF_LIFE) {
        window.removeEventListener(sign, report, { capture: true });
      }
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return null;
}
