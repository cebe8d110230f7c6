import { styleText } from "node:util";

import { CommandError } from "./command-error";

/** Runs a command. If it throws, prints the error and exits with code 1. */
export async function runCommand(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    printError(error);
    process.exit(1);
  }
}

/** Prints an error for the person at the terminal. With `CALLBOARD_DEBUG=1` it adds the stack, except for a CommandError. */
export function printError(error: unknown): void {
  if (error instanceof CommandError) {
    console.error(styleText("red", "✗", { stream: process.stderr }), error.message);
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  console.error(styleText("red", "✗", { stream: process.stderr }), `Unexpected error: ${message}`);
  if (process.env.CALLBOARD_DEBUG && error instanceof Error) {
    console.error(error.stack);
  } else {
    console.error("  Run it again with CALLBOARD_DEBUG=1 to see where it happened.");
  }
}

/**
 * Runs a slow step and prints one line for it: `Building … 12 s`. In a log these are two, so that no line of the web server or of the door stands in
 * the middle of it.
 */
export async function step<T>(title: string, run: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const end = (how: string) => {
    process.stdout.write(process.stdout.isTTY ? `${how}\n` : `${title.trimStart()}: ${how}\n`);
  };
  process.stdout.write(process.stdout.isTTY ? `${title} … ` : `${title} …\n`);
  try {
    const result = await run();
    end(formatDuration(performance.now() - began));
    return result;
  } catch (error) {
    end("failed");
    throw error;
  }
}

/** Formats a duration: `0.8 s`, `12 s`, `3 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Makes text bold if stdout is a terminal with colours. */
export function bold(text: string): string {
  return styleText("bold", text, { stream: process.stdout });
}

/** Makes text dim if stdout is a terminal with colours. */
export function dim(text: string): string {
  return styleText("dim", text, { stream: process.stdout });
}
