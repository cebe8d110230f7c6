import { cache } from "react";

import { isSingleSignOnOnly } from "@/db/organization/security";
import { type OpenLink, readLink } from "@/db/people/one-time-links";
import { hashToken } from "@/lib/people/one-time-token";
import type { Role } from "@/lib/people/role";

/** The link with this token; null if it is not valid or has another purpose. */
export const openLink = cache(async (token: string, purpose: OpenLink["purpose"]): Promise<OpenLink | null> => {
  const link = await readLink(hashToken(token));
  return link?.purpose === purpose ? link : null;
});

/** Whether a user with this role may choose a password: with single sign-on only, administrators alone sign in with one. */
export async function mayChoosePassword(role: Role): Promise<boolean> {
  return role === "administrator" || !(await isSingleSignOnOnly());
}
