"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { z } from "zod";

import { action } from "@/server/auth/action";
import { auth } from "@/server/auth/auth";

/** Ends the current session, if any, and redirects to the sign-in page. */
export const signOut = action({
  role: "anyone",
  input: z.void(),
  fromFields: () => undefined,
  failure: "sign_out_unavailable",
  work: async () => {
    await auth.api.signOut({ headers: await headers() });
    redirect("/sign-in");
  },
});
