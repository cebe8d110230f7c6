/**
 * The session has ended while somebody works: the page stays as it is, with all that was typed, and the shell asks to sign in beside it.
 */
const EVENT = "callboard:session-ended";

export function sayThatSessionEnded(): void {
  window.dispatchEvent(new Event(EVENT));
}

export function onSessionEnded(listen: () => void): () => void {
  window.addEventListener(EVENT, listen);
  return () => window.removeEventListener(EVENT, listen);
}

/** For whoever an action refuses: where it is for want of a session, the shell asks to sign in as well. */
export function heedRefusal(reason: string): void {
  if (reason === "signedOut") {
    sayThatSessionEnded();
  }
}

/** Whether there is no session any more, for sure; not where it could not be asked for. Looking prolongs nothing. */
export async function hasSessionEnded(): Promise<boolean> {
  const answer = await fetch("/api/auth/get-session?disableRefresh=true", { cache: "no-store" }).catch(() => null);
  return answer?.ok === true && (await answer.json().catch(() => undefined)) === null;
}

/**
 * A page's own refreshing, for as long as there is a session: without one it would lead to the sign-in page. It is said once, and the
 * refreshing goes on when somebody has signed in.
 */
export function refresher(refresh: () => void): () => Promise<void> {
  let isSaid = false;
  return async () => {
    const hasEnded = await hasSessionEnded();
    if (!hasEnded) {
      refresh();
    } else if (!isSaid) {
      sayThatSessionEnded();
    }
    isSaid = hasEnded;
  };
}
