/** Why a session was ended before its time. Keys of the messages `auth.ended`. */
export const SESSION_ENDS = [
  /** The user or an administrator has ended it. */
  "signed_out",
  /** Somebody has signed in over it, in the same browser. */
  "replaced",
  "password",
  "second_factor",
  "single_sign_on",
  "role",
  "deactivated",
  /** Single sign-on has become the only way to sign in. */
  "single_sign_on_only",
] as const;
export type SessionEnd = (typeof SESSION_ENDS)[number];

/** Also the ends that nobody stores: the limits of the role, which the database compares with its clock. */
export type SessionEndReason = SessionEnd | "idle" | "lifetime";
