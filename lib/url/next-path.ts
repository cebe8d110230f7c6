const ANY_ORIGIN = "http://callboard.invalid";

/**
 * Where to go after signing in: a path of this site with its query, or `/`. Refused is everything that a browser could read as another
 * origin (`//host`, `/\host`, a scheme, control characters, which it strips), and every path that is not a page.
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

/** Browsers strip control characters from a URL before they parse it, and treat a backslash as a slash. */
function isPlain(character: string): boolean {
  return character > " " && character !== "\\" && character !== "\u007f";
}
