import { includesRole, type Role } from "@/lib/people/role";
import type { NumberAccess } from "@/lib/phone/access";
import { getOrganization } from "@/server/organization";

/**
 * What this person may see of callers' phone numbers. Viewers never see one. Operators and administrators see all of them, or reveal
 * each one where the organization masks them; while that setting cannot be read, numbers are masked.
 */
export async function numberAccess({ role }: { role: Role }): Promise<NumberAccess> {
  if (!includesRole(role, "operator")) {
    return "hidden";
  }
  const { maskNumbers } = await getOrganization();
  return maskNumbers ? "revealable" : "shown";
}
