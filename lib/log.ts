/**
 * One JSON line a happening, on standard output. The fields are a closed set on purpose: there is none for a path, a
 * body, a phone number, a transcript, a recording's URL or an error's message, because each of them can carry personal
 * data or the webhook's secret.
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
  /** A code: of Postgres (`57P03`), Node (`ECONNREFUSED`), the API (`call_not_found`) or our own. */
  error_code?: string;
  /** An error's class. */
  error_name?: string;
  /** The number under which Next shows an error on a page. */
  digest?: string;
  /** Stack frames, without the message. */
  stack?: string[];
  count?: number;
  attempt?: number;
  job?: string;
};

export function log(level: "info" | "warn" | "error", event: string, fields: LogFields = {}): void {
  const line = JSON.stringify({ time: new Date().toISOString(), level, event, ...fields });
  process.stdout.write(`${line}\n`);
}

/**
 * Whoever reads the log may go away: a closed terminal, a restarted collector. Without a listener each line then raises an
 * error (EPIPE) that is itself printed, and the process does nothing else any more.
 */
export function outliveLogReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", () => {});
  }
}

/**
 * The code of an error, however deep a library wrapped it: never its message, which for a Postgres error holds values
 * (`detail`) and for a fetch the URL.
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
