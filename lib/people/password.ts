/** In UTF-16 code units. NIST SP 800-63B, 3.1.1.2 requires a minimum length and forbids composition rules. */
export const PASSWORD_MIN = 12;
/** In UTF-16 code units. Limits the cost of hashing. */
export const PASSWORD_MAX = 128;

/** Keys of the messages `auth.error`. */
export type PasswordProblem =
  | "passwordRequired"
  | "passwordTooShort"
  | "passwordTooLong"
  /** From `server/auth/guessable-password.ts`. */
  | "passwordCommon"
  | "passwordOwnWords";

/** Why the length of a new password is refused; null if it is accepted. `guessableProblem` then checks what it consists of. */
export function passwordProblem(
  password: string,
): Exclude<PasswordProblem, "passwordCommon" | "passwordOwnWords"> | null {
  if (password === "") {
    return "passwordRequired";
  }
  if (password.length < PASSWORD_MIN) {
    return "passwordTooShort";
  }
  return password.length > PASSWORD_MAX ? "passwordTooLong" : null;
}
