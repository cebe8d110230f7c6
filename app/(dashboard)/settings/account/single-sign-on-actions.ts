"use server";

import { refresh } from "next/cache";
import { z } from "zod";

import { disconnectSingleSignOn as disconnect } from "@/db/people/changes";
import { refuse } from "@/lib/action-answer";
import { action } from "@/server/auth/action";
import { auth } from "@/server/auth/auth";
import { connectionUrl } from "@/server/auth/single-sign-on";

import { withAttempt } from "./with-attempt";

/** Shared by both. They ask for the password, because they change who can sign in to the account (ASVS 5, 7.5.1). */
const SIGN_ON = {
  role: "viewer",
  input: z.string().max(1_000),
  fromFields: (fields: { password?: unknown }) => fields.password,
  failure: "single_sign_on_change_failed",
} as const;

/** `url`: the identity provider's page, which leads back to the account page. `providerUnavailable`: it does not answer. */
export const connectSingleSignOn = action({
  ...SIGN_ON,
  work: (password, { user }) =>
    withAttempt(user, "currentPasswordWrong", async (headers) => {
      await auth.api.verifyPassword({ body: { password }, headers });
      const url = await connectionUrl(headers);
      return url === null ? refuse("providerUnavailable") : { ok: true as const, url };
    }),
});

/** Disconnects single sign-on and ends the other sessions. `onlyWay`: it is the only way in. */
export const disconnectSingleSignOn = action({
  ...SIGN_ON,
  invalidate: refresh,
  work: (password, { user, buildEvent }) =>
    withAttempt(user, "currentPasswordWrong", async (headers) => {
      await auth.api.verifyPassword({ body: { password }, headers });
      const event = await buildEvent({ action: "single_sign_on_changed", subject: user.email, detail: { on: false } });
      const answer = await disconnect(user.id, { except: user.sessionId, event });
      // Somebody else may have disconnected it meanwhile, for example in another tab.
      return answer.ok || answer.reason === "gone" ? { ok: true as const } : refuse("onlyWay");
    }),
});
