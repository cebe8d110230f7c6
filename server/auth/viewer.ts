import { includesRole, type Role } from "@/lib/people/role";
import type { NumberAccess } from "@/lib/phone/access";
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
