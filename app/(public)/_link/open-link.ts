import { cache } from "react";

import { type OpenLink, readLink } from "@/db/people/one-time-links";
import { hashToken } from "@/lib/people/one-time-token";

/** The link that a page's URL names, if it is still good and for that. */
export const openLink = cache(async (token: string, purpose: OpenLink["purpose"]): Promise<OpenLink | null> => {
  const link = await readLink(hashToken(token));
  return link?.purpose === purpose ? link : null;
});
