/** Of NIST SP 800-63B, 3.1.1.2: length counts, rules about kinds of characters do not. */
export const PASSWORD_MIN = 12;
/** What hashing it may cost. */
export const PASSWORD_MAX = 128;

/** Keys of `auth.error`. */
export type PasswordProblem = "passwordRequired" | "passwordTooShort" | "passwordTooLong";

/** What is against a new password; null where nothing is. */
export function passwordProblem(password: string): PasswordProblem | null {
  if (password === "") {
    return "passwordRequired";
  }
  if (password.length < PASSWORD_MIN) {
    return "passwordTooShort";
  }
  return password.length > PASSWORD_MAX ? "passwordTooLong" : null;
}
