"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { z } from "zod";

import { readLink, redeemLink } from "@/db/people/one-time-links";
import { refuse, refuseFields } from "@/lib/action-answer";
import { LINK_PURPOSES } from "@/lib/people/link-purpose";
import { hashToken } from "@/lib/people/one-time-token";
import { type PasswordProblem, passwordProblem } from "@/lib/people/password";
import { requestAddress } from "@/server/audit";
import { formAction } from "@/server/auth/action";
import { addressDetail } from "@/server/auth/devices";
import { guessableProblemOfPage } from "@/server/auth/guessable-password";
import { hashPassword } from "@/server/auth/password-checks";
import { hrefAfterPassword, signInWithPassword } from "@/server/auth/sign-in";
import { notify } from "@/server/notices";

import { mayChoosePassword } from "./open-link";

/** Keys of `auth.error`. */
type LinkErrors = { name?: "nameRequired" | "nameTooLong"; password?: PasswordProblem };

/** Redeems a link: sets the password and signs in. Needs no session. Reason `linkGone`: the link is not valid, or no longer valid. */
export const redeem = formAction({
  role: "anyone",
  input: z.object({
    token: z.string().max(200).catch(""),
    purpose: z.enum(LINK_PURPOSES).catch("reset"),
    name: z.string().trim().max(1_000).catch(""),
    password: z.string().max(1_000).catch(""),
  }),
  keep: ["name"],
  check: ({ purpose, name, password }): LinkErrors => {
    const problem = passwordProblem(password);
    return {
      ...(purpose === "invite" && name === "" ? { name: "nameRequired" } : {}),
      ...(purpose === "invite" && name.length > 100 ? { name: "nameTooLong" } : {}),
      ...(problem === null ? {} : { password: problem }),
    };
  },
  failure: "link_unavailable",
  work: async ({ token, purpose, name, password }) => {
    const tokenHash = hashToken(token);
    const link = await readLink(tokenHash);
    if (link?.purpose !== purpose) {
      return refuse("linkGone");
    }
    if (!(await mayChoosePassword(link.role))) {
      return refuse("singleSignOnOnly");
    }
    const problem = await guessableProblemOfPage(password, { name: name || link.name, email: link.email });
    if (problem !== null) {
      return refuseFields({ password: problem });
    }
    const person = await redeemLink({
      tokenHash,
      purpose,
      passwordHash: await hashPassword(password),
      name,
      sourceIp: await requestAddress(),
    });
    if (person === null) {
      return refuse("linkGone");
    }
    if (purpose === "reset") {
      await notify(person.id, "password_changed", addressDetail(await headers()));
    }
    const answer = await signInWithPassword(person.email, password, { isVouched: true });
    redirect(answer.ok ? hrefAfterPassword(answer.next) : "/sign-in");
  },
});
