"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";

import { env } from "@/lib/env";
import { isSameOrigin } from "@/lib/http/same-origin";
import { errorCode, log } from "@/lib/log";
import { auth } from "@/server/auth/auth";

/** Ends this session. Needs no role. */
export async function signOut(): Promise<{ ok: false }> {
  const requestHeaders = await headers();
  if (!isSameOrigin(requestHeaders, env.APP_URL)) {
    return { ok: false };
  }
  try {
    await auth.api.signOut({ headers: requestHeaders });
  } catch (error) {
    log("error", "sign_out_unavailable", { error_code: errorCode(error) });
    return { ok: false };
  }
  redirect("/sign-in");
}
