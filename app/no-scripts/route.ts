import type { NextRequest } from "next/server";

import { SCRIPTS_COOKIE, SCRIPTS_OFF } from "@/lib/http/scripts-cookie";
import { safeNextPath } from "@/lib/url/next-path";

/** Notes that this browser runs no scripts. With `next`, redirects there; without, answers an image that is not shown. */
export function GET({ nextUrl }: NextRequest): Response {
  const next = nextUrl.searchParams.get("next");
  return new Response(null, {
    status: next === null ? 204 : 303,
    headers: {
      "set-cookie": `${SCRIPTS_COOKIE}=${SCRIPTS_OFF}; path=/; samesite=lax`,
      ...(next === null ? {} : { location: safeNextPath(next) }),
    },
  });
}
