import type { Role } from "@/lib/people/role";

/** A field of the form: minutes, as text. */
export type LimitField = `${Role}${"Idle" | "Lifetime"}`;

export const LIMIT_FIELDS = [
  "viewerIdle",
  "viewerLifetime",
  "operatorIdle",
  "operatorLifetime",
  "administratorIdle",
  "administratorLifetime",
] as const satisfies readonly LimitField[];
