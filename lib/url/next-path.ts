const ANY_ORIGIN = "http://callboard.invalid";

/**
 * The URL to open after signing in: a path on this site with its query and hash, or `/`. Refuses any text that a browser could read as
 * another origin (`//host`, `/\host`, a scheme, or control characters, which browsers strip), and paths that are not pages to return to.
 */
export function safeNextPath(next: string | null | undefined): string {
  const isPath = next?.startsWith("/") && next.length <= 2_000 && [...next].every((character) => isPlain(character));
  if (!next || !isPath || !URL.canParse(next, ANY_ORIGIN)) {
    return "/";
  }
  const url = new URL(next, ANY_ORIGIN);
  const path = `${url.pathname}${url.search}${url.hash}`;
  if (
    url.origin !== ANY_ORIGIN ||
    path.startsWith("//") ||
    /^\/(sign-in|setup|api|webhooks|_next)(\/|\?|#|$)/.test(path)
  ) {
    return "/";
  }
  return path;
}

/** Refuses control characters, which browsers strip from a URL before they parse it, and backslashes, which they read as slashes. */
function isPlain(character: string): boolean {
  return character > " " && character !== "\\" && character !== "\u007f";
}
