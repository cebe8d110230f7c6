import { errorCode, log, type LogFields } from "./log";

/**
 * Replaces the console's methods for errors, warnings and debugging. Next prints every error that a page or route throws, with its message,
 * and the message of a failed query contains values such as phone numbers and transcripts. So errors and warnings become log lines without
 * the text: with the error's name, code, digest (which the error page also shows) and stack frames.
 */
export function quietConsole(): void {
  const quiet =
    (level: "error" | "warn") =>
    (...printed: unknown[]): void => {
      const error = printed.find((value) => value instanceof Error);
      log(level, "console", errorFields(error));
    };
  Object.assign(console, { error: quiet("error"), warn: quiet("warn"), trace: quiet("warn"), debug: () => {} });
}

/** What a log line may say of anything that was thrown: its name, code, digest and stack frames, without its text. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) {
    return {};
  }
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

/** The stack's frames. Searches only the text after the message, because a line of the message can look like a frame. */
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
