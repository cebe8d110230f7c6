import type { NextRequest } from "next/server";

import { SCRIPTS_COOKIE, SCRIPTS_OFF } from "@/lib/http/scripts-cookie";
import { safeNextPath } from "@/lib/url/next-path";

/**
 * Notes that this browser runs no scripts. With `next`, redirects there; without, answers an image that is not shown. Refuses other sites:
 * their pages could turn confirmations off.
 */
export function GET({ headers, nextUrl }: NextRequest): Response {
  if (headers.get("sec-fetch-site") === "cross-site") {
    return new Response(null, { status: 403 });
  }
  const next = nextUrl.searchParams.get("next");
  return new Response(null, {
    status: next === null ? 204 : 303,
    headers: {
      "set-cookie": `${SCRIPTS_COOKIE}=${SCRIPTS_OFF}; path=/; samesite=lax`,
      ...(next === null ? {} : { location: safeNextPath(next) }),
    },
  });
}
