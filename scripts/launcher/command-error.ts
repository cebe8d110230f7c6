/**
 * A problem that the person at the terminal can fix. The message is one or a few whole sentences that say what is wrong and what to
 * do. It is printed as it is, without a stack.
 */
export class CommandError extends Error {
  override name = "CommandError";
}

/** Turns what Node or the system threw into a CommandError. `sentence` gets the error's code, else the first line of its message. */
export function asCommandError(error: unknown, sentence: (problem: string) => string): CommandError {
  if (error instanceof CommandError) {
    return error;
  }
  const { code, message } = error as NodeJS.ErrnoException;
  return new CommandError(sentence(code ?? firstLine(message)));
}

/** The first line that is not empty. */
export function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
