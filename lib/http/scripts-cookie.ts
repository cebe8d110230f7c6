/**
 * A cookie that a browser without scripts gets. React streams the slow parts of a page and moves them to their place with a script. Without
 * scripts they would stay hidden, so the server then waits for them (`components/suspense.tsx`). `/no-scripts` sets the cookie, and is
 * requested only from inside `<noscript>`. A page whose scripts run removes it.
 */
export const SCRIPTS_COOKIE = "callboard.scripts";
export const SCRIPTS_OFF = "off";

/** The URL that sets the cookie and redirects to `path`, a path of our own. */
export function noScriptsHref(path: string | null): string {
  return `/no-scripts?${new URLSearchParams({ next: path ?? "/" })}`;
}

/** Removes the cookie. Runs in the browser. */
export function forgetScriptsOff(): void {
  if (document.cookie.includes(`${SCRIPTS_COOKIE}=${SCRIPTS_OFF}`)) {
    document.cookie = `${SCRIPTS_COOKIE}=; path=/; max-age=0`;
  }
}
