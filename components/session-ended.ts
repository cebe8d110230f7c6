/** What happens when the session ends while somebody works: the page stays, with everything that was typed, and a dialog asks to sign in. */

const EVENT = "callboard:session-ended";

/** Opens the dialog that asks to sign in. */
export function announceSessionEnd(): void {
  window.dispatchEvent(new Event(EVENT));
}

/** Calls `listener` each time that the session is found to have ended. Returns how to stop it. */
export function onSessionEnded(listener: () => void): () => void {
  window.addEventListener(EVENT, listener);
  return () => window.removeEventListener(EVENT, listener);
}

/** Asks the server for the session; `unknown` if it does not answer. Only with `prolongs` does asking count as use of the session. */
export async function readSessionState({ prolongs = false } = {}): Promise<"valid" | "ended" | "unknown"> {
  const url = `/api/auth/get-session${prolongs ? "" : "?disableRefresh=true"}`;
  const answer = await fetch(url, { cache: "no-store" }).catch(() => null);
  const session: unknown = answer?.ok ? await answer.json().catch(() => undefined) : undefined;
  return session === undefined ? "unknown" : session === null ? "ended" : "valid";
}

/**
 * For a page that refreshes itself: calls `refresh` only while there is a session and a server that answers. Without a session the
 * refreshed page would redirect to the sign-in page; without a server Next would load the page again. Either would lose what was typed.
 * The end of the session is announced once; after a new sign-in the refreshing continues.
 */
export function whileSignedIn(refresh: () => void): () => Promise<void> {
  let isAnnounced = false;
  return async () => {
    const state = await readSessionState();
    if (state === "valid") {
      refresh();
    } else if (state === "ended" && !isAnnounced) {
      announceSessionEnd();
    }
    if (state !== "unknown") {
      isAnnounced = state === "ended";
    }
  };
}
