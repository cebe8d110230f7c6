/**
 * The fields of a log line. The set is closed on purpose: it has no field for a path, a body, a phone number, a transcript, a recording's URL
 * or an error's message, because these can contain personal data or the webhook's secret.
 */
export type LogFields = {
  request_id?: string;
  secret_label?: string;
  verdict?: string;
  reason?: string;
  status?: number;
  bytes?: number;
  sha256?: string;
  call_id?: string;
  ms?: number;
  /** A code of Postgres (`57P03`), Node (`ECONNREFUSED`), the API (`call_not_found`) or our own. */
  error_code?: string;
  /** The name of an error's class. */
  error_name?: string;
  /** The digest that Next gives an error; the error page shows it too. */
  digest?: string;
  /** Stack frames, without the message. */
  stack?: string[];
  count?: number;
  attempt?: number;
  job?: string;
};

/** Writes one JSON line to standard output: `time`, `level`, `event` and the fields. */
export function log(level: "info" | "warn" | "error", event: string, fields: LogFields = {}): void {
  const line = JSON.stringify({ time: new Date().toISOString(), level, event, ...fields });
  process.stdout.write(`${line}\n`);
}

/**
 * Keeps the process running when the reader of its output is closed, such as a terminal or a log collector. Without a listener, each line
 * would then raise an error (EPIPE), and logging it would raise another one, endlessly.
 */
export function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", () => {});
  }
}

/**
 * The first code in the chain of an error and its causes, otherwise the name of the innermost error, otherwise `unknown`. Never the message:
 * messages of Postgres contain values, and those of `fetch` contain the URL.
 */
export function errorCode(error: unknown): string {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 6; inner = inner.cause, depth += 1) {
    if ("code" in inner && typeof inner.code === "string" && /^[\w.-]{1,60}$/.test(inner.code)) {
      return inner.code;
    }
    if (inner.cause === undefined) {
      return /^\w{1,60}$/.test(inner.name) ? inner.name : "Error";
    }
  }
  return "unknown";
}
