import { includesRole, type Role } from "@/lib/people/role";
import type { NumberAccess } from "@/lib/phone/access";
import { recordUserEvent, type UserEvent } from "@/server/audit";
import type { SignedInUser } from "@/server/auth/gates";
import { getOrganization } from "@/server/organization";

/**
 * What a user may see of callers' phone numbers. Viewers never see a number. Operators and administrators see all numbers, or have to
 * reveal each one if the organization masks them. While that setting cannot be read, numbers are masked.
 */
export async function numberAccess({ role }: { role: Role }): Promise<NumberAccess> {
  if (!includesRole(role, "operator")) {
    return "hidden";
  }
  const { maskNumbers } = await getOrganization();
  return maskNumbers ? "revealable" : "shown";
}

/** The parameter of a URL with which a user reveals the numbers of one call, one delivery or one file, and its value. */
export const REVEAL = { name: "numbers", value: "shown" } as const;

/**
 * What a user may see on this page or in this file: if the URL asks for the numbers and the user may reveal them, that is recorded, each time, and
 * they are shown.
 *
 * @param asked the value of the parameter `REVEAL`
 * @param event what is revealed
 */
export async function numberAccessOf(
  user: SignedInUser,
  asked: string | string[] | null | undefined,
  event: Omit<UserEvent, "action">,
): Promise<NumberAccess> {
  const access = await numberAccess(user);
  if (access !== "revealable" || asked !== REVEAL.value) {
    return access;
  }
  await recordUserEvent(user, { action: "number_revealed", ...event });
  return "shown";
}
