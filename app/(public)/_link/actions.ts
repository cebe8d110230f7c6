"use server";

import { hashPassword } from "better-auth/crypto";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { z } from "zod";

import { readLink, redeemLink } from "@/db/people/one-time-links";
import { env } from "@/lib/env";
import { isSameOrigin } from "@/lib/http/same-origin";
import { errorCode, log } from "@/lib/log";
import { LINK_PURPOSES } from "@/lib/people/link-purpose";
import { hashToken } from "@/lib/people/one-time-token";
import { type PasswordProblem, passwordProblem } from "@/lib/people/password";
import { callerAddress } from "@/server/audit";
import { hrefAfterPassword, signInWithPassword } from "@/server/auth/sign-in";

/** What the form shows after an attempt. The values are keys of `auth.error`. */
export type LinkState = {
  name: string;
  errors: {
    name?: "nameRequired" | "nameTooLong";
    password?: PasswordProblem;
    form?: "unavailable" | "forbidden" | "linkGone";
  };
};

const schema = z.object({
  token: z.string().max(200).catch(""),
  purpose: z.enum(LINK_PURPOSES).catch("reset"),
  name: z.string().trim().max(1_000).catch(""),
  password: z.string().max(1_000).catch(""),
});

/** Open to whoever holds a link that is still good: it is used up, the password is set, and the person is in. */
export async function redeem(_previous: LinkState, form: FormData): Promise<LinkState> {
  const { token, purpose, name, password } = schema.parse(Object.fromEntries(form));
  const fail = (errors: LinkState["errors"]): LinkState => ({ name, errors });
  if (!isSameOrigin(await headers(), env.APP_URL)) {
    return fail({ form: "forbidden" });
  }
  const problem = passwordProblem(password);
  const errors: LinkState["errors"] = {
    ...(purpose === "invite" && name === "" ? { name: "nameRequired" } : {}),
    ...(purpose === "invite" && name.length > 100 ? { name: "nameTooLong" } : {}),
    ...(problem === null ? {} : { password: problem }),
  };
  if (Object.keys(errors).length > 0) {
    return fail(errors);
  }
  let email: string;
  try {
    const tokenHash = hashToken(token);
    if ((await readLink(tokenHash))?.purpose !== purpose) {
      return fail({ form: "linkGone" });
    }
    const person = await redeemLink({
      tokenHash,
      purpose,
      passwordHash: await hashPassword(password),
      name,
      sourceIp: await callerAddress(),
    });
    if (person === null) {
      return fail({ form: "linkGone" });
    }
    ({ email } = person);
  } catch (error) {
    log("error", "link_unavailable", { error_code: errorCode(error) });
    return fail({ form: "unavailable" });
  }
  const answer = await signInWithPassword(email, password);
  redirect(answer.ok ? hrefAfterPassword(answer.next) : "/sign-in");
}
