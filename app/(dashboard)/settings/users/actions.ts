"use server";

import { refresh } from "next/cache";
import { z } from "zod";

import { changeRole, deactivateUser, reactivateUser, removeSecondFactor } from "@/db/people/changes";
import { inviteUser, issueLink, revokeInvitation } from "@/db/people/one-time-links";
import { endSessions } from "@/db/people/sessions";
import { readEmail } from "@/db/people/users";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import type { LinkPurpose } from "@/lib/people/link-purpose";
import { hashToken, makeToken } from "@/lib/people/one-time-token";
import { type Role, ROLES } from "@/lib/people/role";
import { audit, eventOf } from "@/server/audit";
import { type ActionGate, requireAction, type SignedInUser } from "@/server/auth/gates";

/** Long enough for a weekend. */
const LINK_HOURS = 72;

type GateReason = Exclude<ActionGate, { ok: true }>["reason"];

/** A link as it is shown, this one time: whoever has it can choose the password. */
export type MadeLink = { purpose: LinkPurpose; url: string; name: string; email: string; expiresAt: string };

/** What the form shows after an attempt. The values are keys of `people.error` or `auth.error`. */
export type InviteState = {
  values: { email: string; name: string; role: Role };
  errors: {
    email?: "emailRequired" | "emailInvalid" | "emailExists";
    name?: "nameTooLong";
    form?: GateReason;
  };
  link?: MadeLink;
};

const inviteInput = z.object({
  email: z.string().trim().max(320).catch(""),
  name: z.string().trim().max(1_000).catch(""),
  role: z.enum(ROLES).catch("viewer"),
});

/** Makes a person who is invited, and the link to send. */
export async function invite(_previous: InviteState, form: FormData): Promise<InviteState> {
  const gate = await requireAction("administrator");
  const values = inviteInput.parse(Object.fromEntries(form));
  if (!gate.ok) {
    return { values, errors: { form: gate.reason } };
  }
  const { email, name, role } = values;
  const errors: InviteState["errors"] = {
    ...(email === ""
      ? { email: "emailRequired" }
      : z.email().safeParse(email).success
        ? {}
        : { email: "emailInvalid" }),
    ...(name.length > 100 ? { name: "nameTooLong" } : {}),
  };
  if (Object.keys(errors).length > 0) {
    return { values, errors };
  }
  try {
    const token = makeToken();
    const answer = await inviteUser(
      { email, name, role, tokenHash: hashToken(token), hours: LINK_HOURS, invitedBy: gate.user.id },
      await eventOf(gate.user, { action: "user_invited", subject: email.toLowerCase(), detail: { role } }),
    );
    if (!answer.ok) {
      return { values, errors: { email: "emailExists" } };
    }
    refresh();
    return {
      values: { email: "", name: "", role },
      errors: {},
      link: linkOf("invite", token, { name, email: email.toLowerCase(), expiresAt: answer.expiresAt }),
    };
  } catch (error) {
    log("error", "invitation_failed", { error_code: errorCode(error) });
    return { values, errors: { form: "unavailable" } };
  }
}

/** `gone`: somebody else has changed this person meanwhile. */
export type Refusal = { ok: false; reason: GateReason | "gone" | "own" | "lastAdministrator" };

/** A new invitation or a reset of the password, as the person's state needs it. Any link from before works no longer. */
export async function makeLink(userId: string): Promise<{ ok: true; link: MadeLink } | Refusal> {
  return change<{ ok: true; link: MadeLink }>("link_failed", userId, async (id, actor) => {
    const token = makeToken();
    const issued = await issueLink({ userId: id, tokenHash: hashToken(token), hours: LINK_HOURS, createdBy: actor.id });
    if (issued === null) {
      return { ok: false, reason: "gone" };
    }
    const action = issued.purpose === "invite" ? "user_invited" : "password_reset";
    await audit(actor, { action, subject: issued.email, detail: { link: true } });
    return { ok: true, link: linkOf(issued.purpose, token, issued) };
  });
}

/** Takes an invitation back. */
export async function revoke(userId: string): Promise<{ ok: true } | Refusal> {
  return change("revoke_failed", userId, async (id, actor, email) =>
    done(
      await revokeInvitation(
        id,
        await eventOf(actor, { action: "user_changed", subject: email, detail: { revoked: true } }),
      ),
    ),
  );
}

/** Nobody changes their own role: who gave up administering by mistake could not take it back. */
export async function setRole(userId: string, role: Role): Promise<{ ok: true } | Refusal> {
  return change("role_failed", userId, async (id, actor, email) => {
    const chosen = z.enum(ROLES).parse(role);
    const event = await eventOf(actor, { action: "user_changed", subject: email, detail: { role: chosen } });
    return changeRole(id, chosen, event);
  });
}

/** Ends the person's sessions at once. */
export async function deactivate(userId: string): Promise<{ ok: true } | Refusal> {
  return change("deactivate_failed", userId, async (id, actor, email) =>
    deactivateUser(id, await eventOf(actor, { action: "user_deactivated", subject: email })),
  );
}

/** Lets the person in again, with the password from before. */
export async function reactivate(userId: string): Promise<{ ok: true } | Refusal> {
  return change("reactivate_failed", userId, async (id, actor, email) =>
    done(await reactivateUser(id, await eventOf(actor, { action: "user_reactivated", subject: email }))),
  );
}

/** Ends the person's sessions; signing in again is allowed. */
export async function signOutEverywhere(userId: string): Promise<{ ok: true } | Refusal> {
  return change("end_sessions_failed", userId, async (id, actor, email) => {
    const rowCount = await endSessions(id);
    await audit(actor, { action: "sessions_ended", subject: email, rowCount });
    return { ok: true };
  });
}

/** For who has lost the telephone. */
export async function resetSecondFactor(userId: string): Promise<{ ok: true } | Refusal> {
  return change("second_factor_reset_failed", userId, async (id, actor, email) =>
    done(
      await removeSecondFactor(
        id,
        await eventOf(actor, { action: "second_factor_changed", subject: email, detail: { on: false } }),
      ),
    ),
  );
}

/** Gate, input, work: what all changes of somebody else have in common. */
async function change<Done extends { ok: true }>(
  event: string,
  userId: string,
  run: (id: string, actor: SignedInUser, email: string) => Promise<Done | Refusal>,
): Promise<Done | Refusal> {
  const gate = await requireAction("administrator");
  if (!gate.ok) {
    return gate;
  }
  const id = z.string().max(100).safeParse(userId).data ?? "";
  if (id === gate.user.id) {
    return { ok: false, reason: "own" };
  }
  try {
    const email = await readEmail(id);
    const answer = email === null ? ({ ok: false, reason: "gone" } as const) : await run(id, gate.user, email);
    refresh();
    return answer;
  } catch (error) {
    log("error", event, { error_code: errorCode(error) });
    return { ok: false, reason: "unavailable" };
  }
}

function done(isDone: boolean): { ok: true } | Refusal {
  return isDone ? { ok: true } : { ok: false, reason: "gone" };
}

function linkOf(
  purpose: LinkPurpose,
  token: string,
  { name, email, expiresAt }: { name: string; email: string; expiresAt: Date },
): MadeLink {
  const url = new URL(`/${purpose}/${token}`, env.APP_URL).href;
  return { purpose, url, name, email, expiresAt: expiresAt.toISOString() };
}
