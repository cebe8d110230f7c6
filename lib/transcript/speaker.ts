/** The speakers that the transcript tells apart. `human`: a person to whom the voice agent transferred the call. */
type Speaker = "customer" | "agent" | "human";

/** The vendor's nine roles (`docs/sarj.md`). `null`: the message is not speech, but an instruction to the voice agent. */
const ROLES = new Map<string, Speaker | null>([
  ["user", "customer"],
  ["assistant", "agent"],
  ["agent", "agent"],
  ["transfer agent", "human"],
  ["human agent", "human"],
  ["system", null],
  ["developer", null],
  ["instructions", null],
  ["system prompt", null],
]);

/**
 * Who speaks a message with this role; null if the message is not speech, undefined for a role that the contract does not name. Ignores
 * case, and reads underscores and hyphens as spaces: `Human_Agent` is `human agent`.
 */
export function speakerOf(role: string): Speaker | null | undefined {
  const known = ROLES.get(role);
  if (known !== undefined) {
    return known;
  }
  return ROLES.get(
    role
      .replaceAll(/[\s_-]+/g, " ")
      .trim()
      .toLowerCase(),
  );
}

/** Whether a message with this role was said in the call. An unknown role counts as a speaker. */
export function isSpeech(role: string): boolean {
  return speakerOf(role) !== null;
}
