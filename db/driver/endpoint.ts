import { readFileSync } from "node:fs";
import tls, { type ConnectionOptions } from "node:tls";

import { type DatabaseUrl, readDatabaseUrl } from "@/lib/url/database-url";

/** How to connect to a server: the driver's URL and TLS options, and whether a transaction pooler is in between. */
export type Endpoint = { href: string; isPooled: boolean; ssl: false | "prefer" | ConnectionOptions };

/**
 * Reads the URL of a server and the files that it names. Throws a system error if one of these cannot be read.
 *
 * The driver's own `require` does not verify the server's certificate, so `ssl` is always given to it.
 *
 * @param ca PEM certificates of the authorities that may sign the server's certificate, unless the URL has `sslrootcert`
 */
export function endpoint(url: string, ca?: string): Endpoint {
  const read = readDatabaseUrl(url);
  if (read === null) {
    throw new Error("not the URL of a PostgreSQL server");
  }
  return { href: read.href, isPooled: read.isPooled, ssl: tlsOptions(read, ca) };
}

function tlsOptions({ tls: mode, host, files }: DatabaseUrl, ca: string | undefined): Endpoint["ssl"] {
  if (mode === "off") {
    return false;
  }
  if (mode === "if_offered") {
    return "prefer";
  }
  const authorities = authoritiesOf(files.authorities, ca);
  return {
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(files.certificate === null ? {} : { cert: readFileSync(files.certificate) }),
    ...(files.key === null ? {} : { key: readFileSync(files.key) }),
    rejectUnauthorized: mode !== "unverified",
    // The driver gives TLS a socket without the host's name, so the name of an address would not be checked.
    checkServerIdentity: (_name, certificate) =>
      mode === "verified" ? tls.checkServerIdentity(host.replace(/^\[|\]$/g, ""), certificate) : undefined,
  };
}

function authoritiesOf(path: string | null, ca: string | undefined): string | string[] | undefined {
  if (path === "system") {
    // Missing before Node 22.15: then Node's own list is used.
    return (tls as Partial<typeof tls>).getCACertificates?.("system");
  }
  // A variable in a panel or a file may contain "\n" for the ends of lines.
  return path === null ? ca?.replaceAll("\\n", "\n") : readFileSync(path, "utf8");
}
