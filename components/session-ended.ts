/** Handles a session that ends while a page is open: the page keeps unsaved input, and a dialog asks the user to sign in. */

const EVENT = "callboard:session-ended";

/** Opens the dialog that asks the user to sign in. */
export function announceSessionEnd(): void {
  window.dispatchEvent(new Event(EVENT));
}

/** Calls `listener` for each `announceSessionEnd`. Returns a function that removes the listener. */
export function onSessionEnded(listener: () => void): () => void {
  window.addEventListener(EVENT, listener);
  return () => window.removeEventListener(EVENT, listener);
}

/** Asks the server whether there is a session; `unknown` if it does not answer. With `extend`, the request extends the session. */
export async function readSessionState({ extend = false } = {}): Promise<"valid" | "ended" | "unknown"> {
  const url = `/api/auth/get-session${extend ? "" : "?disableRefresh=true"}`;
  const answer = await fetch(url, { cache: "no-store" }).catch(() => null);
  const session: unknown = answer?.ok ? await answer.json().catch(() => undefined) : undefined;
  return session === undefined ? "unknown" : session === null ? "ended" : "valid";
}

/**
 * For a page that refreshes itself: calls `refresh` only if there is a session and the server answers. Without a session, the
 * refreshed page would redirect to the sign-in page. Without a server, Next would reload the page. Both would lose unsaved
 * input. The end of a session is announced once; refreshing continues after the user signs in again.
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
