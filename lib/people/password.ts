/** Characters. NIST SP 800-63B, 3.1.1.2 asks for length and advises against rules about kinds of characters. */
export const PASSWORD_MIN = 12;
/** Characters. Limits the work of hashing. */
export const PASSWORD_MAX = 128;

/** The message is `auth.error.<problem>`. */
export type PasswordProblem = "passwordRequired" | "passwordTooShort" | "passwordTooLong";

/** Why a new password is refused; null where it is accepted. */
export function passwordProblem(password: string): PasswordProblem | null {
  if (password === "") {
    return "passwordRequired";
  }
  if (password.length < PASSWORD_MIN) {
    return "passwordTooShort";
  }
  return password.length > PASSWORD_MAX ? "passwordTooLong" : null;
}
