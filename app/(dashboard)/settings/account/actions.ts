"use server";

import { refresh } from "next/cache";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { encode } from "uqr";
import { z } from "zod";

import { readSecurity } from "@/db/organization/security";
import { renameUser } from "@/db/people/changes";
import { forgetDevice } from "@/db/people/known-devices";
import { revokePendingAccess } from "@/db/people/password";
import { endSession, endSessions } from "@/db/people/sessions";
import { refuse, refuseFields } from "@/lib/action-answer";
import { type PasswordProblem, passwordProblem } from "@/lib/people/password";
import { requiresSecondFactor } from "@/lib/people/second-factor-rule";
import { digitsOf } from "@/lib/text/digits";
import { action, formAction } from "@/server/auth/action";
import { markCodeUsed } from "@/server/auth/attempts";
import { auth } from "@/server/auth/auth";
import { addressDetail, requestDevice } from "@/server/auth/devices";
import { guessableProblemOfPage } from "@/server/auth/guessable-password";
import { notify } from "@/server/notices";
import { getOrganization } from "@/server/organization";

import { withAttempt } from "./with-attempt";

const password = z.string().max(1_000);

/* ── Name ────────────────────────────────────────────────────────────────────────────────────────────────────────── */

/** Keys of `auth.error`. */
type NameErrors = { name?: "nameRequired" | "nameTooLong" };

export const saveName = formAction({
  role: "viewer",
  input: z.object({ name: z.string().trim().max(1_000).catch("") }),
  keep: ["name"],
  check: ({ name }): NameErrors =>
    name === "" ? { name: "nameRequired" } : name.length > 100 ? { name: "nameTooLong" } : {},
  failure: "rename_failed",
  invalidate: refresh,
  work: async ({ name }, { user, recordEvent }) => {
    await renameUser(user.id, name);
    await recordEvent({ action: "user_changed", subject: user.email, detail: { name: true } });
    return { ok: true };
  },
});

/* ── Password ────────────────────────────────────────────────────────────────────────────────────────────────────── */

/** Keys of `auth.error`. */
type PasswordErrors = { current?: "passwordRequired" | "currentPasswordWrong"; password?: PasswordProblem };

/**
 * Changes the password. This browser keeps its session, under a new cookie. All other sessions end, password reset links stop working,
 * and pending sign-ins (those that wait for their second factor) are cancelled.
 */
export const changePassword = formAction({
  role: "viewer",
  input: z.object({ current: password.catch(""), password: password.catch("") }),
  keep: [],
  check: ({ current, password: chosen }): PasswordErrors => {
    const problem = passwordProblem(chosen);
    return {
      ...(current === "" ? { current: "passwordRequired" } : {}),
      ...(problem === null ? {} : { password: problem }),
    };
  },
  failure: "password_failed",
  invalidate: refresh,
  work: async ({ current, password: chosen }, { user, recordEvent }) => {
    const problem = await guessableProblemOfPage(chosen, user);
    if (problem !== null) {
      return refuseFields({ password: problem });
    }
    const answer = await withAttempt(user, "currentPasswordWrong", async (requestHeaders) => {
      await auth.api.changePassword({
        body: { currentPassword: current, newPassword: chosen, revokeOtherSessions: true },
        headers: requestHeaders,
      });
      await revokePendingAccess(user.id, await requestDevice());
      await recordEvent({ action: "password_reset", subject: user.email, detail: { by: "self" } });
      await notify(user.id, "password_changed", addressDetail(requestHeaders));
      return { ok: true as const };
    });
    return !answer.ok && answer.reason === "currentPasswordWrong" ? refuseFields({ current: answer.reason }) : answer;
  },
});

/* ── Second factor ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** The data for setting up an authenticator app. `uri` contains the secret. `qr`: the path of an SVG, `size` units wide and high. */
export type Enrolment = { uri: string; secret: string; qr: { size: number; path: string }; backupCodes: string[] };

/** Creates a secret and backup codes. Sign-ins ask for a code only after `confirmSecondFactor`. */
export const beginSecondFactor = action({
  role: "viewer",
  secondFactor: "optional",
  input: password,
  fromFields: (fields) => fields["password"],
  failure: "second_factor_failed",
  work: async (typed, { user }) => {
    const { name: issuer } = await getOrganization();
    return withAttempt(user, "currentPasswordWrong", async (requestHeaders) => {
      const answer = await auth.api.enableTwoFactor({ body: { password: typed, issuer }, headers: requestHeaders });
      if (answer.method !== "totp") {
        throw new Error("better-auth did not enable TOTP");
      }
      const { totpURI, backupCodes } = answer;
      return { ok: true as const, enrolment: toEnrolment(totpURI, backupCodes) };
    });
  },
});

/**
 * Turns the second factor on if `code`, from the authenticator app, is correct. A form without scripts also sends what it shows, `uri` and
 * `backupCodes` with spaces between them: the answer to a wrong code contains it again, because the server does not show a secret twice.
 */
export const confirmSecondFactor = action({
  role: "viewer",
  secondFactor: "optional",
  input: z.object({
    code: z.string().max(100),
    uri: z
      .url({ protocol: /^otpauth$/ })
      .max(1_000)
      .optional()
      .catch(undefined),
    backupCodes: z.string().max(1_000).optional().catch(undefined),
  }),
  failure: "second_factor_failed",
  invalidate: refresh,
  work: async ({ code, uri, backupCodes = "" }, { user, recordEvent }) => {
    const answer = await withAttempt(user, "secondFactorWrong", async (requestHeaders) => {
      const digits = digitsOf(code);
      await auth.api.verifyTOTP({ body: { code: digits }, headers: requestHeaders });
      // RFC 6238, 5.2: a code must not be accepted twice, because somebody may have seen it.
      await markCodeUsed(user.id, digits);
      await recordEvent({ action: "second_factor_changed", subject: user.email, detail: { on: true } });
      await notify(user.id, "second_factor_changed", { change: "on", ...addressDetail(requestHeaders) });
      return { ok: true as const };
    });
    return answer.ok || uri === undefined ? answer : { ...answer, enrolment: toEnrolment(uri, backupCodes.split(" ")) };
  },
});

/** `secondFactorRequiredHere`: the organization requires it. */
export const turnSecondFactorOff = action({
  role: "viewer",
  input: password,
  fromFields: (fields) => fields["password"],
  failure: "second_factor_failed",
  invalidate: refresh,
  work: async (typed, { user, recordEvent }) => {
    if (requiresSecondFactor((await readSecurity()).secondFactorRule, user.role)) {
      return refuse("secondFactorRequiredHere");
    }
    return withAttempt(user, "currentPasswordWrong", async (requestHeaders) => {
      await auth.api.disableTwoFactor({ body: { password: typed }, headers: requestHeaders });
      await recordEvent({ action: "second_factor_changed", subject: user.email, detail: { on: false } });
      await notify(user.id, "second_factor_changed", { change: "off", ...addressDetail(requestHeaders) });
      return { ok: true as const };
    });
  },
});

/** Creates new backup codes. The previous ones stop working. */
export const makeBackupCodes = action({
  role: "viewer",
  input: password,
  fromFields: (fields) => fields["password"],
  failure: "second_factor_failed",
  invalidate: refresh,
  work: (typed, { user, recordEvent }) =>
    withAttempt(user, "currentPasswordWrong", async (requestHeaders) => {
      const { backupCodes } = await auth.api.generateBackupCodes({
        body: { password: typed },
        headers: requestHeaders,
      });
      await recordEvent({ action: "second_factor_changed", subject: user.email, detail: { codes: true } });
      await notify(user.id, "second_factor_changed", { change: "codes", ...addressDetail(requestHeaders) });
      return { ok: true as const, backupCodes };
    }),
});

function toEnrolment(uri: string, backupCodes: string[]): Enrolment {
  return { uri, secret: new URL(uri).searchParams.get("secret") ?? "", qr: drawQrCode(uri), backupCodes };
}

function drawQrCode(text: string): Enrolment["qr"] {
  const { data, size } = encode(text, { ecc: "M", border: 2 });
  const path = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return { size, path };
}

/* ── Known devices ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** Forgets one of the user's own known devices. Its sessions stay. */
export const forgetOwnDevice = action({
  role: "viewer",
  input: z.uuid(),
  fromFields: (fields) => fields["id"],
  failure: "forget_device_failed",
  invalidate: refresh,
  work: async (deviceId, { user, recordEvent }) => {
    if (await forgetDevice(user.id, deviceId)) {
      await recordEvent({ action: "device_forgotten", subject: user.email });
    }
    return { ok: true };
  },
});

/* ── Sessions ────────────────────────────────────────────────────────────────────────────────────────────────────── */

/** Ends one of the user's own sessions. */
export const endOwnSession = action({
  role: "viewer",
  input: z.string().max(100),
  fromFields: (fields) => fields["id"],
  failure: "end_session_failed",
  invalidate: refresh,
  work: async (sessionId, { user, recordEvent }) => {
    if (await endSession(user.id, sessionId)) {
      await recordEvent({ action: "sessions_ended", subject: user.email, rowCount: 1 });
    }
    return { ok: true };
  },
});

/** Ends all of the user's own sessions except the current one. `count`: the number of ended sessions. */
export const endOtherSessions = action({
  role: "viewer",
  input: z.void(),
  fromFields: () => undefined,
  failure: "end_sessions_failed",
  invalidate: refresh,
  work: async (_, { user, recordEvent }) => {
    const count = await endSessions(user.id, "signed_out", { except: user.sessionId });
    await recordEvent({ action: "sessions_ended", subject: user.email, rowCount: count });
    return { ok: true, count };
  },
});

/**
 * Ends all of the user's own sessions, including the current one, and redirects to the sign-in page. Deleting the cookie also makes Next
 * drop the pages that the browser has cached for the session.
 */
export const signOutEverywhere = action({
  role: "viewer",
  input: z.void(),
  fromFields: () => undefined,
  failure: "end_sessions_failed",
  work: async (_, { user, recordEvent }) => {
    const rowCount = await endSessions(user.id, "signed_out");
    await recordEvent({ action: "sessions_ended", subject: user.email, rowCount });
    await auth.api.signOut({ headers: await headers() });
    redirect("/sign-in");
  },
});
