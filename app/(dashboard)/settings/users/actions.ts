"use server";

import { refresh } from "next/cache";
import { z } from "zod";

import { changeRole, deactivateUser, reactivateUser, removeSecondFactor } from "@/db/people/changes";
import { inviteUser, issueLink, revokeInvitation } from "@/db/people/one-time-links";
import { endSessions } from "@/db/people/sessions";
import { readEmail } from "@/db/people/users";
import { type Refusal, refuse, refuseFields } from "@/lib/action-answer";
import { env } from "@/lib/env";
import type { LinkPurpose } from "@/lib/people/link-purpose";
import { hashToken, makeToken } from "@/lib/people/one-time-token";
import { ROLES } from "@/lib/people/role";
import { action, type ActionContext, formAction } from "@/server/auth/action";
import { notify } from "@/server/notices";

/** Long enough for a weekend. */
const LINK_HOURS = 72;

/** A new link to show. It is shown only once, because anyone who has it can choose the password. */
export type MadeLink = { purpose: LinkPurpose; url: string; name: string; email: string; expiresAt: string };

/** Keys of `auth.error`. */
type InviteErrors = { email?: "emailRequired" | "emailInvalid" | "emailExists"; name?: "nameTooLong" };

/** Invites a person. `result`: the link to send to them. */
export const invite = formAction({
  role: "administrator",
  input: z.object({
    email: z.string().trim().max(320).catch(""),
    name: z.string().trim().max(1_000).catch(""),
    role: z.enum(ROLES).catch("viewer"),
  }),
  keep: ["email", "name", "role"],
  check: ({ email, name }): InviteErrors => ({
    ...(email === ""
      ? { email: "emailRequired" }
      : z.email().safeParse(email).success
        ? {}
        : { email: "emailInvalid" }),
    ...(name.length > 100 ? { name: "nameTooLong" } : {}),
  }),
  failure: "invitation_failed",
  invalidate: refresh,
  work: async ({ email: typed, name, role }, { user, buildEvent }) => {
    const token = makeToken();
    const email = typed.toLowerCase();
    const invited = await inviteUser(
      { email: typed, name, role, tokenHash: hashToken(token), hours: LINK_HOURS, invitedBy: user.id },
      await buildEvent({ action: "user_invited", subject: email, detail: { role } }),
    );
    return invited.ok
      ? { ok: true, result: linkOf("invite", token, { name, email, expiresAt: invited.expiresAt }) }
      : refuseFields({ email: "emailExists" });
  },
});

/* ── Changes of another user ─────────────────────────────────────────────────────────────────────────────────────── */

const personId = z.string().max(100);

/** Shared by the actions below. Reasons (keys of `people.error`): `own`: one's own account; `gone`: someone else has changed it meanwhile. */
const CHANGE = { role: "administrator", invalid: "gone", invalidate: refresh } as const;

/** Calls `change` with the user's e-mail address, unless the user does not exist or is the administrator who makes the request. */
async function changePerson<Answer>(
  id: string,
  { user }: ActionContext<"administrator">,
  change: (email: string) => Promise<Answer>,
): Promise<Answer | Refusal<"own" | "gone">> {
  if (id === user.id) {
    return refuse("own");
  }
  const email = await readEmail(id);
  return email === null ? refuse("gone") : change(email);
}

/** Creates an invitation link or a password reset link, depending on the user's state. Earlier links stop working. */
export const makeLink = action({
  ...CHANGE,
  input: personId,
  fromFields: (fields) => fields["id"],
  failure: "link_failed",
  work: (id, context) =>
    changePerson(id, context, async () => {
      const token = makeToken();
      const createdBy = context.user.id;
      const issued = await issueLink({ userId: id, tokenHash: hashToken(token), hours: LINK_HOURS, createdBy });
      if (issued === null) {
        return refuse("gone");
      }
      const event = issued.purpose === "invite" ? "user_invited" : "password_reset";
      await context.recordEvent({ action: event, subject: issued.email, detail: { link: true } });
      return { ok: true as const, link: linkOf(issued.purpose, token, issued) };
    }),
});

/** Revokes an invitation and deletes the invited user. */
export const revoke = action({
  ...CHANGE,
  input: personId,
  fromFields: (fields) => fields["id"],
  failure: "revoke_failed",
  work: (id, context) =>
    changePerson(id, context, async (subject) => {
      const event = await context.buildEvent({ action: "user_changed", subject, detail: { revoked: true } });
      return doneOrGone(await revokeInvitation(id, event));
    }),
});

/** Changes the role of another user. Nobody can change their own: an administrator who lost the role by mistake could not get it back. */
export const setRole = action({
  ...CHANGE,
  input: z.object({ id: personId, role: z.enum(ROLES) }),
  failure: "role_failed",
  work: ({ id, role }, context) =>
    changePerson(id, context, async (subject) => {
      const event = await context.buildEvent({ action: "user_changed", subject, detail: { role } });
      const answer = await changeRole(id, role, event);
      if (answer.ok) {
        await notify(id, "role_changed", { role, by: context.user.name });
      }
      return answer;
    }),
});

/** Deactivates a user and ends their sessions immediately. */
export const deactivate = action({
  ...CHANGE,
  input: personId,
  fromFields: (fields) => fields["id"],
  failure: "deactivate_failed",
  work: (id, context) =>
    changePerson(id, context, async (subject) =>
      deactivateUser(id, await context.buildEvent({ action: "user_deactivated", subject })),
    ),
});

/** Lets a deactivated user sign in again, with the same password as before. */
export const reactivate = action({
  ...CHANGE,
  input: personId,
  fromFields: (fields) => fields["id"],
  failure: "reactivate_failed",
  work: (id, context) =>
    changePerson(id, context, async (subject) =>
      doneOrGone(await reactivateUser(id, await context.buildEvent({ action: "user_reactivated", subject }))),
    ),
});

/** Ends all sessions of a user, who may sign in again. */
export const signOutEverywhere = action({
  ...CHANGE,
  input: personId,
  fromFields: (fields) => fields["id"],
  failure: "end_sessions_failed",
  work: (id, context) =>
    changePerson(id, context, async (subject) => {
      const rowCount = await endSessions(id, "signed_out");
      await context.recordEvent({ action: "sessions_ended", subject, rowCount });
      return { ok: true as const };
    }),
});

/** Removes the second factor of a user, who may have lost their phone. */
export const resetSecondFactor = action({
  ...CHANGE,
  input: personId,
  fromFields: (fields) => fields["id"],
  failure: "second_factor_reset_failed",
  work: (id, context) =>
    changePerson(id, context, async (subject) => {
      const event = await context.buildEvent({ action: "second_factor_changed", subject, detail: { on: false } });
      const isRemoved = await removeSecondFactor(id, event);
      if (isRemoved) {
        await notify(id, "second_factor_changed", { change: "off", by: context.user.name });
      }
      return doneOrGone(isRemoved);
    }),
});

function doneOrGone(isDone: boolean): { ok: true } | Refusal<"gone"> {
  return isDone ? { ok: true } : refuse("gone");
}

function linkOf(
  purpose: LinkPurpose,
  token: string,
  { name, email, expiresAt }: { name: string; email: string; expiresAt: Date },
): MadeLink {
  const url = new URL(`/${purpose}/${token}`, env.APP_URL).href;
  return { purpose, url, name, email, expiresAt: expiresAt.toISOString() };
}
