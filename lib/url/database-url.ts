/** What the URL of a PostgreSQL server says about the way to it. */
export type DatabaseUrl = {
  host: string;
  /** Where the server is, as far as its name tells: on this machine, in a private network, or anywhere. */
  network: "local" | "private" | "public";
  /** Whether the URL leads to a transaction pooler. */
  isPooled: boolean;
  /**
   * `off`; `if_offered`: encrypted if the server offers it, else not; `unverified`: encrypted, but nothing checks which server answers; `authority`: the
   * certificate is signed by a known authority; `verified`: and names the host.
   */
  tls: "off" | "if_offered" | "unverified" | "authority" | "verified";
  /** Whether the URL says so itself. */
  isTlsStated: boolean;
  /** Paths of PEM files. `authorities` may be `system`. */
  files: { authorities: string | null; certificate: string | null; key: string | null };
  /** The URL for the driver, without what only this function understands and what other clients put there. */
  href: string;
};

/** libpq's `sslmode`, except that `require` verifies. `no-verify` is what other drivers for Node call an unverified connection. */
const MODES: Record<string, DatabaseUrl["tls"]> = {
  disable: "off",
  false: "off",
  allow: "if_offered",
  prefer: "if_offered",
  "no-verify": "unverified",
  "verify-ca": "authority",
  require: "verified",
  "verify-full": "verified",
  true: "verified",
  "1": "verified",
};

/** The driver would send each of these to the server, which refuses what it does not know. */
const NOT_FOR_THE_SERVER = [
  "pgbouncer",
  "ssl",
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "sslpassword",
  "sslcompression",
  "sslsni",
  "channel_binding",
  "gssencmode",
  "uselibpqcompat",
  "connection_limit",
  "pool_timeout",
  "supa",
];

/** Reads the URL of a PostgreSQL server. Null if it is none, or if its `sslmode` is unknown. */
export function readDatabaseUrl(text: string): DatabaseUrl | null {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) {
    return null;
  }
  const url = new URL(text);
  const { hostname: host, port, searchParams } = url;
  const authorities = searchParams.get("sslrootcert");
  // A path to authorities is there to verify with.
  const stated =
    searchParams.get("sslmode") ?? searchParams.get("ssl") ?? (authorities === null ? null : "verify-full");
  const tls = stated === null ? "off" : MODES[stated];
  if (tls === undefined) {
    return null;
  }
  const files = { authorities, certificate: searchParams.get("sslcert"), key: searchParams.get("sslkey") };
  const isPooled = searchParams.has("pgbouncer") || port === "6543" || /-pooler\.|pooler\./.test(host);
  for (const name of NOT_FOR_THE_SERVER) {
    searchParams.delete(name);
  }
  return { host, network: networkOf(host), isPooled, tls, isTlsStated: stated !== null, files, href: url.href };
}

/** The same URL, read as that of a transaction pooler. */
export function asPooled(text: string): string {
  const url = new URL(text);
  url.searchParams.set("pgbouncer", "true");
  return url.href;
}

/** Why a URL is refused: the end of a sentence that begins with the variable's name. Null if it is not. */
export function databaseUrlProblem(text: string): string | null {
  const url = readDatabaseUrl(text);
  if (url === null) {
    return "is not the URL of a PostgreSQL server, or has an unknown sslmode: postgres://user:password@host:5432/database?sslmode=require";
  }
  if (url.network !== "public") {
    return null;
  }
  if (!url.isTlsStated) {
    return "leads to another network without TLS, where anyone on the way could read and change the data: add sslmode=require to the URL, or sslmode=disable if the way is protected otherwise";
  }
  return url.tls === "if_offered"
    ? "has an sslmode that also accepts a connection without TLS: use sslmode=require, or sslmode=disable if the way is protected otherwise"
    : null;
}

/** What is accepted but not safe everywhere: the end of a sentence that begins with the variable's name. Null if there is nothing. */
export function databaseUrlWarning(text: string): string | null {
  const url = readDatabaseUrl(text);
  if (url === null || url.network === "local" || url.tls === "verified" || url.tls === "authority") {
    return null;
  }
  return url.tls === "unverified"
    ? `leads to ${url.host} with TLS, but nothing checks who answers: with sslmode=require and the server's authority in DATABASE_CA, it would be checked`
    : `leads to ${url.host} without TLS: anyone who can listen in that network can read and change the data. If the server has a certificate, add sslmode=require`;
}

function networkOf(host: string): DatabaseUrl["network"] {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  // An empty host and an encoded path lead to a socket on this machine.
  if (
    name === "" ||
    name.startsWith("%2f") ||
    name === "localhost" ||
    name === "::1" ||
    /^127\.\d+\.\d+\.\d+$/.test(name)
  ) {
    return "local";
  }
  return isPrivate(name) ? "private" : "public";
}

/** Addresses that the internet does not route (RFC 1918, 3927, 4193, 4291, 6598), and names that its DNS does not know. */
function isPrivate(name: string): boolean {
  if (/^[\d.]+$/.test(name)) {
    return /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(name);
  }
  if (name.includes(":")) {
    return /^(f[cd]|fe[89ab])/.test(name);
  }
  return !name.includes(".") || /\.(internal|local|lan|home|intranet|corp|private|localdomain|home\.arpa)$/.test(name);
}
