import ipaddr from "ipaddr.js";

/** Where the audit log is streamed to. */
export type StreamTarget =
  | { protocol: "https"; url: string; host: string }
  | { protocol: "syslog"; hostname: string; port: number; tls: boolean; host: string };

/** The ports that are registered for syslog over TLS (RFC 5425) and usual for syslog over TCP. */
const TLS_PORT = 6514;
const PLAIN_PORT = 514;

/**
 * Reads the URL of a receiver: `https://host/path`, `syslog+tls://host:port` or `syslog://host:port`. Without TLS only to this machine, and with
 * syslog also to a private address, given as a number, because a name can lead anywhere. null for every other URL.
 */
export function parseStreamUrl(text: string): StreamTarget | null {
  if (/\s/.test(text) || !/^(?:https?|syslog(?:\+tls)?):\/\/[^/\\]/i.test(text) || !URL.canParse(text)) {
    return null;
  }
  const url = new URL(text);
  if (url.username + url.password + url.hash !== "" || !/^(?:\[[\da-f:.]+\]|[\w.-]+)$/i.test(url.hostname)) {
    return null;
  }
  const hostname = url.hostname.replaceAll(/[[\]]/g, "");
  if (url.protocol === "https:" || url.protocol === "http:") {
    const isAllowed = url.protocol === "https:" || isThisMachine(hostname);
    return isAllowed ? { protocol: "https", url: url.href, host: url.host } : null;
  }
  const tls = url.protocol === "syslog+tls:";
  if (url.search !== "" || !["", "/"].includes(url.pathname) || url.port === "0") {
    return null;
  }
  if (!tls && !isThisMachine(hostname) && !isPrivate(hostname)) {
    return null;
  }
  const port = url.port === "" ? (tls ? TLS_PORT : PLAIN_PORT) : Number(url.port);
  return { protocol: "syslog", hostname, port, tls, host: `${url.hostname}:${port}` };
}

function isThisMachine(hostname: string): boolean {
  return hostname.toLowerCase() === "localhost" || rangeOf(hostname) === "loopback";
}

function isPrivate(hostname: string): boolean {
  return ["private", "uniqueLocal"].includes(rangeOf(hostname) ?? "");
}

function rangeOf(hostname: string): string | null {
  return ipaddr.isValid(hostname) ? ipaddr.process(hostname).range() : null;
}
