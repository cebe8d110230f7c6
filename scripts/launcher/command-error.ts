/**
 * A problem that the person at the terminal can fix. The message is one or a few complete sentences that say what is wrong and what to
 * do. It is printed unchanged and without a stack.
 */
export class CommandError extends Error {
  override name = "CommandError";
}

/** Converts an error of Node or the system to a CommandError. `sentence` receives the error's code, else the first line of its message. */
export function asCommandError(error: unknown, sentence: (problem: string) => string): CommandError {
  if (error instanceof CommandError) {
    return error;
  }
  const { code, message } = error as NodeJS.ErrnoException;
  return new CommandError(sentence(code ?? firstLine(message)));
}

/** Returns the first line that is not blank. */
export function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
