"use server";

import { isAPIError } from "better-auth/api";
import { refresh } from "next/cache";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { encode } from "uqr";
import { z } from "zod";

import { renameUser } from "@/db/people/changes";
import { revokePendingAccess } from "@/db/people/password";
import { takeAttempt } from "@/db/people/rate-limit";
import { endSession, endSessions } from "@/db/people/sessions";
import { errorCode, log } from "@/lib/log";
import { type PasswordProblem, passwordProblem } from "@/lib/people/password";
import { latinDigits } from "@/lib/text/digits";
import { audit } from "@/server/audit";
import { markCodeUsed } from "@/server/auth/attempts";
import { auth } from "@/server/auth/auth";
import { type ActionGate, requireAction, type SignedInUser } from "@/server/auth/gates";
import { getOrganization } from "@/server/organization";

/** Whoever found an open browser knows no password: they may try a few. */
const PASSWORD_LIMIT = { max: 10, windowSeconds: 300 };

type GateReason = Exclude<ActionGate, { ok: true }>["reason"];
type FormReason = GateReason | "tooMany";

/* ── Name ────────────────────────────────────────────────────────────────────────────────────────────────────────── */

/** What the form shows after an attempt. The values are keys of `auth.error`. */
export type NameState = {
  name: string;
  errors: { name?: "nameRequired" | "nameTooLong"; form?: GateReason };
  /** Counts up with each success. */
  saved: number;
};

export async function saveName(previous: NameState, form: FormData): Promise<NameState> {
  const gate = await requireAction();
  const name = z.string().trim().max(1_000).catch("").parse(form.get("name"));
  const fail = (errors: NameState["errors"]): NameState => ({ ...previous, name, errors });
  if (!gate.ok) {
    return fail({ form: gate.reason });
  }
  if (name === "" || name.length > 100) {
    return fail({ name: name === "" ? "nameRequired" : "nameTooLong" });
  }
  try {
    await renameUser(gate.user.id, name);
    await audit(gate.user, { action: "user_changed", subject: gate.user.email, detail: { name: true } });
  } catch (error) {
    log("error", "rename_failed", { error_code: errorCode(error) });
    return fail({ form: "unavailable" });
  }
  refresh();
  return { name, errors: {}, saved: previous.saved + 1 };
}

/* ── Password ────────────────────────────────────────────────────────────────────────────────────────────────────── */

/** What the form shows after an attempt. The values are keys of `auth.error`. */
export type PasswordState = {
  errors: {
    current?: "passwordRequired" | "currentPasswordWrong";
    password?: PasswordProblem;
    form?: FormReason;
  };
  seconds?: number;
  saved: number;
};

/** The session goes on in this browser under a new cookie; all others end, and links and sign-ins begun under the old password. */
export async function changePassword(previous: PasswordState, form: FormData): Promise<PasswordState> {
  const gate = await requireAction();
  const fail = (errors: PasswordState["errors"], seconds?: number): PasswordState => ({
    errors,
    saved: previous.saved,
    ...(seconds === undefined ? {} : { seconds }),
  });
  if (!gate.ok) {
    return fail({ form: gate.reason });
  }
  const text = z.string().max(1_000).catch("");
  const current = text.parse(form.get("current"));
  const password = text.parse(form.get("password"));
  const problem = passwordProblem(password);
  const errors: PasswordState["errors"] = {
    ...(current === "" ? { current: "passwordRequired" } : {}),
    ...(problem === null ? {} : { password: problem }),
  };
  if (Object.keys(errors).length > 0) {
    return fail(errors);
  }
  const answer = await withPassword("password_failed", gate.user, async (requestHeaders) => {
    await auth.api.changePassword({
      body: { currentPassword: current, newPassword: password, revokeOtherSessions: true },
      headers: requestHeaders,
    });
    await revokePendingAccess(gate.user.id);
    await audit(gate.user, { action: "password_reset", subject: gate.user.email, detail: { by: "self" } });
    return {};
  });
  if (!answer.ok) {
    return answer.reason === "password"
      ? fail({ current: "currentPasswordWrong" })
      : fail({ form: answer.reason }, answer.seconds);
  }
  refresh();
  return { errors: {}, saved: previous.saved + 1 };
}

/* ── Second factor ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** What an authenticator app needs. `qr` is drawn as the path of an SVG, `size` units wide. */
export type Enrolment = { secret: string; qr: { size: number; path: string }; backupCodes: string[] };

/** `password`: it was not the right one. `seconds` with `tooMany`. */
export type PasswordRefusal = { ok: false; reason: FormReason | "password"; seconds?: number };
export type CodeRefusal = { ok: false; reason: FormReason | "code"; seconds?: number };

/** Nothing is asked for at sign-in before `confirmSecondFactor`. */
export async function beginSecondFactor(
  password: string,
): Promise<{ ok: true; enrolment: Enrolment } | PasswordRefusal> {
  const gate = await requireAction();
  if (!gate.ok) {
    return gate;
  }
  const { name: issuer } = await getOrganization();
  return withPassword("second_factor_failed", gate.user, async (requestHeaders) => {
    const answer = await auth.api.enableTwoFactor({
      body: { password: z.string().max(1_000).parse(password), issuer },
      headers: requestHeaders,
    });
    if (answer.method !== "totp") {
      throw new Error("Not the second factor that was asked for");
    }
    const { totpURI, backupCodes } = answer;
    const secret = new URL(totpURI).searchParams.get("secret") ?? "";
    return { enrolment: { secret, qr: draw(totpURI), backupCodes } };
  });
}

/** From a first right code on, one is asked for at every sign-in. */
export async function confirmSecondFactor(code: string): Promise<{ ok: true } | CodeRefusal> {
  const gate = await requireAction();
  if (!gate.ok) {
    return gate;
  }
  const answer = await withPassword("second_factor_failed", gate.user, async (requestHeaders) => {
    const digits = latinDigits(z.string().max(100).parse(code)).replaceAll(/\D/g, "");
    await auth.api.verifyTOTP({ body: { code: digits }, headers: requestHeaders });
    // RFC 6238, 5.2: whoever has seen it typed does not sign in with it.
    await markCodeUsed(gate.user.id, digits);
    await audit(gate.user, { action: "second_factor_changed", subject: gate.user.email, detail: { on: true } });
    return {};
  });
  if (answer.ok) {
    refresh();
  }
  return answer.ok ? answer : { ...answer, reason: answer.reason === "password" ? "code" : answer.reason };
}

export async function turnSecondFactorOff(password: string): Promise<{ ok: true } | PasswordRefusal> {
  const gate = await requireAction();
  if (!gate.ok) {
    return gate;
  }
  const answer = await withPassword("second_factor_failed", gate.user, async (requestHeaders) => {
    await auth.api.disableTwoFactor({
      body: { password: z.string().max(1_000).parse(password) },
      headers: requestHeaders,
    });
    await audit(gate.user, { action: "second_factor_changed", subject: gate.user.email, detail: { on: false } });
    return {};
  });
  if (answer.ok) {
    refresh();
  }
  return answer;
}

/** The codes from before work no longer. */
export async function makeBackupCodes(
  password: string,
): Promise<{ ok: true; backupCodes: string[] } | PasswordRefusal> {
  const gate = await requireAction();
  if (!gate.ok) {
    return gate;
  }
  const answer = await withPassword("second_factor_failed", gate.user, async (requestHeaders) => {
    const { backupCodes } = await auth.api.generateBackupCodes({
      body: { password: z.string().max(1_000).parse(password) },
      headers: requestHeaders,
    });
    await audit(gate.user, { action: "second_factor_changed", subject: gate.user.email, detail: { codes: true } });
    return { backupCodes };
  });
  if (answer.ok) {
    refresh();
  }
  return answer;
}

/* ── Sessions ────────────────────────────────────────────────────────────────────────────────────────────────────── */

/** Ends one of one's own sessions. */
export async function endOwnSession(sessionId: string): Promise<{ ok: true } | { ok: false; reason: GateReason }> {
  const gate = await requireAction();
  if (!gate.ok) {
    return gate;
  }
  return work("end_session_failed", async () => {
    const id = z.string().max(100).parse(sessionId);
    if (await endSession(gate.user.id, id)) {
      await audit(gate.user, { action: "sessions_ended", subject: gate.user.email, rowCount: 1 });
    }
    refresh();
    return {};
  });
}

/** Ends all of one's own sessions but this one. */
export async function endOtherSessions(): Promise<{ ok: true; count: number } | { ok: false; reason: GateReason }> {
  const gate = await requireAction();
  if (!gate.ok) {
    return gate;
  }
  return work("end_sessions_failed", async () => {
    const count = await endSessions(gate.user.id, gate.user.sessionId);
    await audit(gate.user, { action: "sessions_ended", subject: gate.user.email, rowCount: count });
    refresh();
    return { count };
  });
}

/** Ends all of one's own sessions, this one too; without its cookie the browser's pages of it are forgotten as well. */
export async function signOutEverywhere(): Promise<{ ok: false; reason: GateReason }> {
  const gate = await requireAction();
  if (!gate.ok) {
    return gate;
  }
  const answer = await work("end_sessions_failed", async () => {
    const rowCount = await endSessions(gate.user.id);
    await audit(gate.user, { action: "sessions_ended", subject: gate.user.email, rowCount });
    await auth.api.signOut({ headers: await headers() });
    return {};
  });
  if (!answer.ok) {
    return answer;
  }
  redirect("/sign-in");
}

/* ── What they have in common ────────────────────────────────────────────────────────────────────────────────────── */

async function work<Answer extends object>(
  event: string,
  run: () => Promise<Answer>,
): Promise<({ ok: true } & Answer) | { ok: false; reason: "unavailable" }> {
  try {
    return { ok: true, ...(await run()) };
  } catch (error) {
    log("error", event, { error_code: errorCode(error) });
    return { ok: false, reason: "unavailable" };
  }
}

/** For what is asked a password or a code again: tries are counted, and a wrong one is no failure. */
async function withPassword<Answer extends object>(
  event: string,
  user: SignedInUser,
  run: (requestHeaders: Headers) => Promise<Answer>,
): Promise<({ ok: true } & Answer) | PasswordRefusal> {
  try {
    const attempt = await takeAttempt({ key: `password:account:${user.id}`, ...PASSWORD_LIMIT });
    if (!attempt.ok) {
      return { ok: false, reason: "tooMany", seconds: attempt.retryAfterSeconds };
    }
    return { ok: true, ...(await run(await headers())) };
  } catch (error) {
    if (isAPIError(error) && error.statusCode < 500) {
      return { ok: false, reason: "password" };
    }
    log("error", event, { error_code: errorCode(error) });
    return { ok: false, reason: "unavailable" };
  }
}

function draw(text: string): Enrolment["qr"] {
  const { data, size } = encode(text, { ecc: "M", border: 2 });
  const path = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return { size, path };
}
