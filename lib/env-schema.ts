import { z } from "zod";

import { parseStreamUrl } from "./audit-stream/target";
import { databaseUrlProblem } from "./url/database-url";

/**
 * The environment variables and their rules. The names are a contract with deployments. For self-hosting, `npm start` generates
 * unset values (secrets, the embedded database) and passes them on as environment variables, so environment variables are the
 * only way to configure the application.
 */

const AUTH_KEY_LENGTH = 32;
const WEBHOOK_SECRET = /^[A-Za-z0-9_-]{32,}$/;

/** `a@example.com` or `Name <a@example.com>`, without line breaks. */
const MAIL_ADDRESS = /^(?:[^<>\r\n]{0,200}<[^\s@<>,;]+@[^\s@<>,;]+>|[^\s@<>,;]+@[^\s@<>,;]+)$/;

const commaList = z
  .string()
  .default("")
  .transform((value) =>
    value
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );

const optionalText = z
  .string()
  .optional()
  .transform((value) => (value?.trim() ? value.trim() : undefined));

const postgresUrl = z
  .string({
    error: "is not set: give the URL of a PostgreSQL 15 or newer, postgres://user:password@host:5432/database",
  })
  .regex(/^postgres(ql)?:\/\//, "must begin with postgres:// or postgresql://")
  .superRefine((value, context) => {
    const message = databaseUrlProblem(value);
    if (message !== null) {
      context.addIssue({ code: "custom", message });
    }
  });

/** A text as `reader` reads it. `error` is the message if the reader answers null. */
function read(reader: (text: string) => string | null, error: string) {
  return z.string().transform((text, context): string => {
    const value = reader(text.trim());
    if (value === null) {
      context.addIssue({ code: "custom", message: error });
      return z.NEVER;
    }
    return value;
  });
}

const schema = z
  .object({
    NODE_ENV: z.enum(["development", "production", "test"]).default("development"),
    VERCEL: optionalText.transform((value) => value !== undefined),
    DATABASE_URL: postgresUrl,
    /** Only for the commands that migrate, which do not pass it on to the web server. */
    DATABASE_OWNER_URL: z
      .literal("")
      .transform(() => undefined)
      .or(postgresUrl.optional()),
    DATABASE_REPLICA_URL: z
      .literal("")
      .transform(() => undefined)
      .or(postgresUrl.optional()),
    DATABASE_CA: optionalText.refine(
      (value) => value === undefined || value.includes("-----BEGIN CERTIFICATE-----"),
      "must be certificates in PEM: they begin with -----BEGIN CERTIFICATE-----",
    ),
    SARJ_WEBHOOK_SECRETS: commaList.pipe(
      z
        .array(
          z
            .string()
            .regex(
              WEBHOOK_SECRET,
              "has a secret that is too weak: each needs at least 32 characters of A-Z a-z 0-9 _ -",
            )
            .refine(
              (secret) => new Set(secret).size >= 8,
              "has a secret that repeats the same few characters: use a random one",
            ),
        )
        .min(1, "is not set: give at least one secret of 32 or more characters of A-Z a-z 0-9 _ -")
        .refine((secrets) => new Set(secrets).size === secrets.length, "contains the same secret twice"),
    ),
    SARJ_WEBHOOK_ALLOWED_IPS: commaList.pipe(
      z.array(
        z
          .union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], "must be IPv4 or IPv6 addresses or CIDR ranges")
          .describe("an address or a range"),
      ),
    ),
    CLIENT_IP_HEADER: optionalText.transform((value) => value?.toLowerCase()),
    SARJ_API_KEY: optionalText,
    SARJ_API_URL: read(readBaseUrl, "must be an http or https URL without a user name, a query or a fragment").default(
      "https://platform-api.sarj.ai/api/v1",
    ),
    RECORDING_HOSTS: commaList
      .pipe(z.array(read(readHost, "must be names of hosts: storage.googleapis.com")))
      .transform((hosts) => (hosts.length > 0 ? hosts : ["storage.googleapis.com"])),
    AUTH_SECRET: z
      .string({ error: "is not set: give at least 32 random characters; it signs the sessions" })
      .trim()
      .min(AUTH_KEY_LENGTH, "is too short: it signs the sessions, give at least 32 random characters")
      .transform(readAuthKeys),
    APP_URL: z
      .string({
        error: "is not set: give the address at which people open Callboard, such as https://calls.example.com",
      })
      .pipe(
        read(
          readOrigin,
          "must be only the address at which people open Callboard, such as https://calls.example.com: http or https, a host name and perhaps a port",
        ),
      ),
    ADMIN_EMAIL: z
      .email("must be an e-mail address")
      .optional()
      .or(z.literal("").transform(() => undefined)),
    ADMIN_PASSWORD: z
      .string()
      .min(12, "is too short: give the first administrator at least 12 characters")
      .optional()
      .or(z.literal("").transform(() => undefined)),
    SETUP_CODE: optionalText,
    OIDC_DISCOVERY_URL: optionalText.refine(
      (value) => value === undefined || isDiscoveryUrl(value),
      "must be an https URL that ends with /.well-known/openid-configuration; plain http is allowed for this machine only",
    ),
    OIDC_CLIENT_ID: optionalText,
    OIDC_CLIENT_SECRET: optionalText,
    OIDC_NAME: optionalText,
    OIDC_DEFAULT_ROLE: optionalText.pipe(
      z
        .enum(["viewer", "operator"], {
          error: "must be viewer or operator: only an administrator can make someone an administrator",
        })
        .optional(),
    ),
    OIDC_ALLOWED_DOMAINS: commaList
      .transform((domains) => domains.map((domain) => domain.toLowerCase().replace(/^@/, "")))
      .pipe(
        z.array(z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "must be domains of e-mail addresses: example.com")),
      ),
    AUDIT_STREAM_URL: optionalText.refine(
      (value) => value === undefined || parseStreamUrl(value) !== null,
      "must be https://host/path, syslog+tls://host:port or syslog://host:port. Without TLS only to this machine, and with syslog also to a private IP address",
    ),
    AUDIT_STREAM_TOKEN: optionalText.refine(
      (value) => value === undefined || /^[\u0021-\u007e]+$/.test(value),
      "must be printable ASCII without spaces: it is sent in a header",
    ),
    SECURITY_CONTACT: commaList.pipe(z.array(read(readContact, "must be e-mail addresses, or https URLs of pages"))),
    SMTP_URL: optionalText.refine(
      (value) => value === undefined || isSmtpUrl(value),
      "must be the URL of a mail server: smtp://user:password@host:587 or smtps://user:password@host:465",
    ),
    MAIL_FROM: optionalText.refine(
      (value) => value === undefined || MAIL_ADDRESS.test(value),
      "must be an e-mail address, such as callboard@example.com or Callboard <callboard@example.com>",
    ),
    SPOOL_DIR: optionalText,
    CRON_SECRET: z
      .string()
      .min(16, "is too short: at least 16 characters")
      .optional()
      .or(z.literal("").transform(() => undefined)),
    APP_VERSION: z.string().default("0.1.0"),
  })
  .superRefine((values, context) => {
    const singleSignOn = ["OIDC_DISCOVERY_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"] as const;
    if (singleSignOn.some((name) => values[name] !== undefined)) {
      for (const name of singleSignOn.filter((name) => values[name] === undefined)) {
        context.addIssue({
          code: "custom",
          path: [name],
          message: `is not set: single sign-on needs ${singleSignOn.join(", ")}`,
        });
      }
    }
    if (values.OIDC_DEFAULT_ROLE !== undefined && values.OIDC_ALLOWED_DOMAINS.length === 0) {
      context.addIssue({
        code: "custom",
        path: ["OIDC_DEFAULT_ROLE"],
        message: "needs OIDC_ALLOWED_DOMAINS: without it everybody with an account at the provider would get access",
      });
    }
    if (values.SARJ_WEBHOOK_ALLOWED_IPS.length > 0 && values.CLIENT_IP_HEADER === undefined) {
      context.addIssue({
        code: "custom",
        path: ["SARJ_WEBHOOK_ALLOWED_IPS"],
        message: "needs CLIENT_IP_HEADER: without a header that your proxy overwrites, no address can be trusted",
      });
    }
    if (values.AUDIT_STREAM_TOKEN !== undefined && !/^https?:/i.test(values.AUDIT_STREAM_URL ?? "")) {
      context.addIssue({
        code: "custom",
        path: ["AUDIT_STREAM_TOKEN"],
        message: "needs an AUDIT_STREAM_URL that begins with https://",
      });
    }
    if ((values.SMTP_URL === undefined) !== (values.MAIL_FROM === undefined)) {
      context.addIssue({
        code: "custom",
        path: [values.SMTP_URL === undefined ? "SMTP_URL" : "MAIL_FROM"],
        message: "is not set: sending e-mail needs both SMTP_URL and MAIL_FROM",
      });
    }
    if ((values.ADMIN_EMAIL === undefined) !== (values.ADMIN_PASSWORD === undefined)) {
      context.addIssue({
        code: "custom",
        path: [values.ADMIN_EMAIL === undefined ? "ADMIN_EMAIL" : "ADMIN_PASSWORD"],
        message: "is not set: the first administrator needs both ADMIN_EMAIL and ADMIN_PASSWORD",
      });
    }
  });

/**
 * The keys of AUTH_SECRET: one, or several separated by commas, the current one first. A comma may also be part of a single key: so a text whose
 * parts are too short is one key, and the whole text can decrypt what it once encrypted.
 */
function readAuthKeys(text: string): string[] {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return parts.length === 1 || parts.some((part) => part.length < AUTH_KEY_LENGTH)
    ? [text]
    : [...new Set([...parts, text])];
}

/**
 * The origin of an http or https URL that contains nothing else, as browsers send it in `Origin` (RFC 6454, 6.2): lower case, without a
 * default port and without a trailing slash. null for every other URL: with a path, a query, a fragment or a user name, links and the
 * webhook's URL would name addresses that nothing serves.
 */
function readOrigin(value: string): string | null {
  const url = readHttpUrl(value);
  return url !== null && url.search === "" && url.pathname === "/" && url.port !== "0" ? url.origin : null;
}

/** A contact as RFC 9116, 2.5.3 writes it: `mailto:` and an e-mail address, or an https URL. */
function readContact(value: string): string | null {
  const email = value.replace(/^mailto:/i, "");
  if (z.email().safeParse(email).success) {
    return `mailto:${email}`;
  }
  return readHttpUrl(value)?.protocol === "https:" ? new URL(value).href : null;
}

/** The URL to which paths are appended: without a trailing slash. null for a URL with a query. */
function readBaseUrl(value: string): string | null {
  const url = readHttpUrl(value);
  return url !== null && url.search === "" ? `${url.origin}${url.pathname}`.replace(/\/+$/, "") : null;
}

/** A host as URLs contain it: in lower case, with a port unless it is 443. Also read from a URL that contains nothing else. */
function readHost(value: string): string | null {
  const url = readHttpUrl(/^https?:\/\//i.test(value) ? value : `https://${value}`);
  return url !== null && url.search === "" && url.pathname === "/" ? url.host : null;
}

/** An http or https URL with an ordinary host name, without a user name and a fragment. A placeholder, such as `${HOST}`, is no host name. */
function readHttpUrl(value: string): URL | null {
  if (!/^https?:\/\/[^/\\\s]+/i.test(value) || /\s/.test(value) || !URL.canParse(value)) {
    return null;
  }
  const url = new URL(value);
  const isPlain = url.username + url.password + url.hash === "" && /^(?:\[[\da-f:.]+\]|[\w.-]+)$/.test(url.hostname);
  return isPlain ? url : null;
}

/**
 * Whether a URL is that of a discovery document (OpenID Connect Discovery, 4) and uses TLS or is on this machine: the client secret is sent to
 * an endpoint that the document names.
 */
function isDiscoveryUrl(value: string): boolean {
  const url = readHttpUrl(value);
  return (
    url !== null &&
    url.pathname.endsWith("/.well-known/openid-configuration") &&
    (url.protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname))
  );
}

/** Whether a URL is that of a mail server: `smtp:` or `smtps:`, with a host name. */
function isSmtpUrl(value: string): boolean {
  if (!/^smtps?:\/\/[^/\\\s]+/i.test(value) || !URL.canParse(value)) {
    return false;
  }
  const { hostname, port, pathname, search, hash } = new URL(value);
  return hostname !== "" && port !== "0" && ["", "/"].includes(pathname) && search + hash === "";
}

/** The validated environment. */
export type Env = z.infer<typeof schema>;

/** The names of all variables. Each can be given as a file: see `lib/env-files.ts`. */
export const ENV_NAMES: readonly string[] = Object.keys(schema.shape);

export type EnvResult = { ok: true; env: Env } | { ok: false; problems: string[] };

/** Validates an environment. `problems`: one sentence for each invalid variable, which never contains a value. */
export function readEnv(source: Record<string, string | undefined>): EnvResult {
  const parsed = schema.safeParse(source);
  if (parsed.success) {
    return { ok: true, env: parsed.data };
  }
  const firstByVariable = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const variable = String(issue.path[0] ?? "environment");
    if (!firstByVariable.has(variable)) {
      firstByVariable.set(variable, `${variable} ${issue.message}`);
    }
  }
  return { ok: false, problems: [...firstByVariable.values()] };
}
