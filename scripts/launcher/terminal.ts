import { styleText } from "node:util";

/**
 * Something that the person at the terminal can mend. Its message is one or a few whole sentences that say what is wrong and what
 * to do; it is printed as it is, without a stack.
 */
export class Refusal extends Error {
  override name = "Refusal";
}

/** Runs a command to its end: prints a refusal as its sentence, everything else as one line, and exits 1 for both. */
export async function command(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    complain(error);
    process.exit(1);
  }
}

/** Prints an error for the person who started the command. `CALLBOARD_DEBUG=1` adds the stack of what nobody foresaw. */
export function complain(error: unknown): void {
  if (error instanceof Refusal) {
    console.error(styleText("red", "✗", { stream: process.stderr }), error.message);
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  console.error(styleText("red", "✗", { stream: process.stderr }), `Something unforeseen happened: ${message}`);
  if (process.env.CALLBOARD_DEBUG && error instanceof Error) {
    console.error(error.stack);
  } else {
    console.error("  Run it again with CALLBOARD_DEBUG=1 to see where.");
  }
}

/** One line for a step that takes a moment: `Building … 12 s`. Nothing animated, so it reads well in a log too. */
export async function step<T>(title: string, run: () => Promise<T>): Promise<T> {
  const began = performance.now();
  process.stdout.write(`${title} … `);
  try {
    const result = await run();
    process.stdout.write(`${duration(performance.now() - began)}\n`);
    return result;
  } catch (error) {
    process.stdout.write("failed\n");
    throw error;
  }
}

/** `0.8 s`, `12 s`, `3 min 5 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

export function bold(text: string): string {
  return styleText("bold", text, { stream: process.stdout });
}

export function dim(text: string): string {
  return styleText("dim", text, { stream: process.stdout });
}
