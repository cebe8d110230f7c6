import { createInterface } from "node:readline";
import { Writable } from "node:stream";

import { CommandError } from "./command-error";

/**
 * Asks for a secret at the terminal without showing what is typed. Without a terminal, reads one line of standard input, so that a secret is never
 * an argument: other users of the machine see arguments. Throws a CommandError if there is none.
 */
export async function askSecret(question: string): Promise<string> {
  const isTerminal = process.stdin.isTTY;
  if (isTerminal) {
    process.stdout.write(question);
  }
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal });
  const answer = await new Promise<string | null>((resolve) => {
    lines.once("line", resolve);
    lines.once("close", () => resolve(null));
    lines.once("SIGINT", () => resolve(null));
  });
  lines.close();
  if (isTerminal) {
    process.stdout.write("\n");
  }
  if (answer === null || answer === "") {
    throw new CommandError("No password was given. Nothing was changed.");
  }
  return answer;
}
