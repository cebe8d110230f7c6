"use client";

import { useEffect, useEffectEvent } from "react";

import { announceSessionEnd } from "@/components/session-ended";

const EVERY_MS = 30 * 60_000;

/**
 * Prolongs the session while someone works: its cookie and its row move on together, which a page cannot do while it renders. Where
 * the session has ended meanwhile, the shell says so and the page stays: something may be half written on it.
 */
export function SessionKeeper() {
  const ask = useEffectEvent(async () => {
    const answer = await fetch("/api/auth/get-session", { cache: "no-store" }).catch(() => null);
    if (answer?.ok && (await answer.json().catch(() => undefined)) === null) {
      announceSessionEnd();
    }
  });
  useEffect(() => {
    let last = Date.now();
    const check = () => {
      if (document.visibilityState === "visible" && Date.now() - last >= EVERY_MS) {
        last = Date.now();
        void ask();
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
