import { errorCode, log } from "./log";

/**
 * Replaces the console's methods: what libraries print becomes a log line without the text. Next prints every error that a page or a route
 * throws, with its message, and the message of a failed query contains its values: phone numbers, transcripts. The line has the error's
 * name, code, digest (which the error page shows too) and stack frames.
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

/** The stack's frames. Only what follows the message is searched, because a line of the message can look like a frame. */
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
