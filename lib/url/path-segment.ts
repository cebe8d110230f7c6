/**
 * A call's id as one segment of a URL's path, and back. `/calls/<call_id>` is the address of a call, but the vendor may send any text as an
 * id, and some texts mean something in a path: `.` and `..` are removed by browsers, also percent-encoded (URL Standard, "double-dot path
 * segment"); `export.csv` is a route of ours; a marker such as `(.)`, `@` or `__PAGE__` means something to Next's router, and an ending such
 * as `.rsc` asks for another format. These ids are written as `~` and their UTF-8 in base64url.
 */

const ORDINARY = /^[^.(@_~[$/\\%][^/\\%]*$/su;

/** Matches the names of our routes in `/calls/`, and endings that a server or a proxy may read as a file. */
const FILE_NAME = /\.[a-z][a-z0-9]+$/i;

/** The segment for an id: percent-encoded, ready for a URL. */
export function callSegment(callId: string): string {
  return ORDINARY.test(callId) && !FILE_NAME.test(callId) ? encodeURIComponent(callId) : escape(callId);
}

/** The id in a segment that has been percent-decoded. A segment that `callSegment` would not write means itself. */
export function callIdOfSegment(segment: string): string {
  if (!/^~[\w-]+$/.test(segment)) {
    return segment;
  }
  try {
    const bytes = Uint8Array.from(atob(segment.slice(1).replaceAll("-", "+").replaceAll("_", "/")), (character) =>
      character.charCodeAt(0),
    );
    const callId = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return callSegment(callId) === segment ? callId : segment;
  } catch {
    return segment;
  }
}

function escape(callId: string): string {
  const bytes = new TextEncoder().encode(callId);
  const base64 = btoa(String.fromCharCode(...bytes));
  return `~${base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}
