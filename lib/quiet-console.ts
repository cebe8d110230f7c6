import { errorCode, log } from "./log";

/**
 * What libraries print on the console goes into a log line without its text. Next prints every error that a page or a
 * route throws, with its message, and for a failed query that message holds the values: phone numbers, transcripts. What
 * is left says what kind of error it was and where: name, code, Next's digest (the page shows it too) and stack frames.
 */
export function quietConsole(): void {
  const quiet =
    (level: "error" | "warn") =>
    (...printed: unknown[]): void => {
      const error = printed.find((value) => value instanceof Error);
      log(level, "console", error === undefined ? {} : withoutText(error));
    };
  Object.assign(console, { error: quiet("error"), warn: quiet("warn"), trace: quiet("warn"), debug: () => {} });
}

function withoutText(error: Error) {
  const digest =
    "digest" in error && typeof error.digest === "string" ? /^\w{1,40}$/.exec(error.digest)?.[0] : undefined;
  return {
    error_name: /^\w{1,60}$/.exec(error.name)?.[0] ?? "Error",
    error_code: errorCode(error),
    ...(digest === undefined ? {} : { digest }),
    stack: frames(error),
  };
}

const MAX_FRAMES = 12;
const FRAME = /^ {4}at .{0,300}:\d+:\d+\)?$/;

/** The stack's frames. Only behind the message: a line of the message can look like one. */
function frames({ stack = "", message }: Error): string[] {
  const at = stack.indexOf(message);
  if (at === -1) {
    return [];
  }
  return stack
    .slice(at + message.length)
    .split("\n")
    .filter((line) => FRAME.test(line))
    .slice(0, MAX_FRAMES)
    .map((line) => line.trim());
}
