import type { SessionEndReason } from "@/lib/people/session-end";

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

/** `unknown`: the server does not answer. `reason`: why the session ended; null if the server does not know. */
type State = { state: "valid" | "unknown" } | { state: "ended"; reason: SessionEndReason | null };

/** Asks the server whether there is a session. With `isActive`, it also reports that a person is active. */
export async function readSessionState({ isActive = false } = {}): Promise<State> {
  const answer = await fetch("/api/session", { method: isActive ? "POST" : "GET", cache: "no-store" }).catch(
    () => null,
  );
  if (answer?.status !== 401) {
    return { state: answer?.ok ? "valid" : "unknown" };
  }
  const body = (await answer.json().catch(() => ({}))) as { reason?: SessionEndReason };
  return { state: "ended", reason: body.reason ?? null };
}

/**
 * For a page that refreshes itself: calls `refresh` only if there is a session and the server answers. Without a session, the
 * refreshed page would redirect to the sign-in page. Without a server, Next would reload the page. Both would lose unsaved
 * input. The end of a session is announced once; refreshing continues after the user signs in again.
 */
export function whileSignedIn(refresh: () => void): () => Promise<void> {
  let isAnnounced = false;
  return async () => {
    const { state } = await readSessionState();
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
