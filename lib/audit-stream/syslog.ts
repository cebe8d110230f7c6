import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

import { eventLine, type StreamedEvent } from "./event";

/** Syslog over TCP or TLS: the messages of RFC 5424, framed by their length (RFC 6587, 3.4.1; RFC 5425, 4.3). */

export type SyslogReceiver = { hostname: string; port: number; tls: boolean };

/** Facility 13, "log audit". */
const FACILITY = 13;
const WARNING = 4;
const INFORMATIONAL = 6;
const DEFAULT_TIMEOUT_MS = 15_000;

/** The code of an error if the receiver takes the messages and does not end the connection in time. */
const NOT_CONFIRMED = "NOT_CONFIRMED";

/** One message with its length in front: `123 <110>1 2026-11-25T…`. `hostname`: the name of this sender. */
export function syslogFrame(event: StreamedEvent, hostname: string): string {
  const severity = event.action === "sign_in_failed" ? WARNING : INFORMATIONAL;
  const header = [
    `<${FACILITY * 8 + severity}>1`,
    event.at.toISOString(),
    printable(hostname, 255),
    "callboard",
    "-",
    printable(event.action, 32),
    "-",
  ];
  const message = `${header.join(" ")} ${eventLine(event)}`;
  return `${message.length} ${message}`;
}

/** A value of the header: printable ASCII without spaces, at most `length` characters; `-` if empty (RFC 5424, 6). */
function printable(text: string, length: number): string {
  return text.replaceAll(/[^\u0021-\u007e]/g, "").slice(0, length) || "-";
}

/**
 * Sends frames over a new connection, and resolves when the receiver has ended it after our end. Syslog has no acknowledgement. A receiver
 * that has not read everything, or has died, resets the connection, so its orderly end is the best sign that the messages have arrived. Rejects with the
 * errors of the connection and of TLS, or with the code `NOT_CONFIRMED`.
 */
export function sendSyslog(
  { hostname, port, tls }: SyslogReceiver,
  frames: readonly string[],
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOurEndSent = false;
    let isTheirEndSeen = false;
    const open = (): Socket =>
      tls
        ? connectTls({
            host: hostname,
            port,
            rejectUnauthorized: true,
            // RFC 6066, 3 allows no address as a server name.
            ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
          })
        : connectPlain({ host: hostname, port, allowHalfOpen: true });
    const socket = open();
    const timer = setTimeout(() => {
      socket.destroy(withCode(isOurEndSent ? NOT_CONFIRMED : "ETIMEDOUT"));
    }, timeoutMs);
    socket.on("error", reject);
    socket.on("finish", () => (isOurEndSent = true));
    socket.on("end", () => {
      isTheirEndSeen = true;
      if (!isOurEndSent) {
        socket.destroy(withCode("ECONNRESET"));
      }
    });
    socket.on("close", () => {
      clearTimeout(timer);
      if (isTheirEndSeen && isOurEndSent) {
        resolve();
      } else {
        reject(withCode("ECONNRESET"));
      }
    });
    // A receiver may say something, which means nothing.
    socket.resume();
    socket.once(tls ? "secureConnect" : "connect", () => socket.end(frames.join("")));
  });
}

function withCode(code: string): Error {
  return Object.assign(new Error("the receiver of the audit log did not take the events"), { code });
}
