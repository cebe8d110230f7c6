/**
 * Said by whoever gets `signedOut` as an action's answer: the page stays as it is, with all that was typed, and the shell asks to sign
 * in beside it.
 */
const EVENT = "callboard:session-ended";

export function sayThatSessionEnded(): void {
  window.dispatchEvent(new Event(EVENT));
}

export function onSessionEnded(listen: () => void): () => void {
  window.addEventListener(EVENT, listen);
  return () => window.removeEventListener(EVENT, listen);
}
