"use client";

import { useTranslations } from "next-intl";
import { unstable_isUnrecognizedActionError, unstable_rethrow } from "next/navigation";
import { useState, useTransition } from "react";
import { toast } from "sonner";

import type { UnreachableReason } from "@/lib/action-answer";
import type { Messages } from "@/lib/i18n/messages";

import { isOwnAddress } from "./own-address";
import { announceSessionEnd } from "./session-ended";

/** A reason with a message in `auth.error`. */
export type SharedReason = keyof Messages["auth"]["error"];

type Answer<Reason extends string> = { ok: true } | { ok: false; reason: Reason; seconds?: number };

/** A refusal with the text to show. */
export type ShownRefusal = { reason: string; text: string };

type Unreachable = { ok: false; reason: UnreachableReason };

/**
 * Calls server actions in a transition.
 *
 * `run` resolves to the action's answer. If the server cannot be reached or no longer knows the action, it resolves to a
 * refusal with an `UnreachableReason`. It never rejects. If the action redirects, it never settles, because the
 * browser leaves the page.
 *
 * A refusal is shown as a toast. With `beside`, it is instead returned as `refusal` until the next run, for the component to
 * show. If the session has ended, a dialog asks the user to sign in and the page stays as it is.
 *
 * `words`: texts for reasons without a message in `auth.error`, or texts that replace these messages.
 */
export function useAction<Own extends string = never>({
  words,
  beside = false,
}: { words?: Record<Own, string>; beside?: boolean } = {}) {
  const describe = useRefusalText(words);
  const [refusal, setRefusal] = useState<{ reason: Own | SharedReason; seconds?: number } | null>(null);
  const [pending, startTransition] = useTransition();

  function run<Got extends Answer<Own | SharedReason>>(call: () => Promise<Got>): Promise<Got | Unreachable> {
    setRefusal(null);
    return new Promise((resolve) => {
      startTransition(async () => {
        const answer: Got | Unreachable = await callAction(call);
        if (!answer.ok) {
          report(answer);
        }
        resolve(answer);
      });
    });
  }

  function report(refused: { reason: Own | SharedReason; seconds?: number }) {
    if (refused.reason === "signedOut") {
      announceSessionEnd();
    }
    if (beside) {
      setRefusal(refused);
    } else if (refused.reason !== "signedOut") {
      toast.error(describe(refused));
    }
  }

  return {
    run,
    pending,
    refusal: refusal === null ? null : { reason: refusal.reason, text: describe(refusal) },
    /** Removes the refusal. */
    clear: () => setRefusal(null),
  };
}

/** Returns a function that gives the text of a refusal. */
export function useRefusalText<Own extends string = never>(
  words?: Record<Own, string>,
): (refusal: { reason: Own | SharedReason; seconds?: number }) => string {
  const t = useTranslations("auth.error");
  return ({ reason, seconds = 60 }) =>
    words !== undefined && reason in words ? words[reason as Own] : t(reason as SharedReason, { seconds });
}

/** Calls a server action. Returns its answer, or why the call failed. Rethrows Next's errors, such as a redirect. */
export async function callAction<Got>(call: () => Promise<Got>): Promise<Got | Unreachable> {
  try {
    return await call();
  } catch (error) {
    unstable_rethrow(error);
    if (unstable_isUnrecognizedActionError(error)) {
      return { ok: false, reason: "outdated" };
    }
    return { ok: false, reason: isOwnAddress() ? "offline" : "wrongAddress" };
  }
}
