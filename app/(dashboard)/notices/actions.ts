"use server";

import { refresh } from "next/cache";
import { z } from "zod";

import { markNoticesRead } from "@/db/people/notices";
import { action } from "@/server/auth/action";

/** Marks all of the user's own notices as read. */
export const readNotices = action({
  role: "viewer",
  input: z.void(),
  fromFields: () => undefined,
  failure: "notices_failed",
  invalidate: refresh,
  work: async (_, { user }) => {
    await markNoticesRead(user.id);
    return { ok: true };
  },
});
