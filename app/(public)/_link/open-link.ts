import { cache } from "react";

import { type OpenLink, readLink } from "@/db/people/one-time-links";
import { hashToken } from "@/lib/people/one-time-token";

/** The link with this token; null if it is not valid or has another purpose. */
export const openLink = cache(async (token: string, purpose: OpenLink["purpose"]): Promise<OpenLink | null> => {
  const link = await readLink(hashToken(token));
  return link?.purpose === purpose ? link : null;
});
