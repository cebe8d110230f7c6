import { isIP } from "node:net";

import { CommandError } from "./command-error";
import { answers, whyNotListen } from "./ports";

/** The address on which the web server listens. */
export type Address = { port: number; host: string };

/** Reads PORT and HOST. Throws a CommandError for values on which no server could listen. */
export function readAddress(env: NodeJS.Dict<string>): Address {
  const port = Number(env.PORT?.trim() || "3000");
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new CommandError(`PORT is "${env.PORT}": give a number from 1 to 65535.`);
  }
  // The default is the loopback, so that no session crosses a network unencrypted. A proxy on this machine adds TLS.
  const host = env.HOST?.trim() || "127.0.0.1";
  if (isIP(host) === 0 && host !== "localhost") {
    throw new CommandError(
      `HOST is "${host}": give an IP address of this machine, or 0.0.0.0 for all of them. Without HOST only this machine can connect.`,
    );
  }
  return { port, host };
}

/** Throws a CommandError if no server can listen there now. The error repeats `commandLine` with another port. */
export async function checkAddress({ port, host }: Address, commandLine: string): Promise<void> {
  const problem = await whyNotListen(port, host);
  if (problem === "EADDRINUSE") {
    throw portInUse(port, commandLine);
  }
  await checkLoopback({ port, host }, commandLine);
  if (problem === "EACCES") {
    throw new CommandError(`This user may not listen on port ${port}. Use a port above 1023: PORT=3000 ${commandLine}`);
  }
  if (problem === "EADDRNOTAVAIL") {
    throw new CommandError(
      `HOST is ${host}, which is not an address of this machine. Leave it out, or give 0.0.0.0 for all addresses.`,
    );
  }
  if (problem !== null) {
    throw new CommandError(
      `The web server cannot listen on ${host} port ${port} (${problem}). Use another port: ${otherPort(port, commandLine)}`,
    );
  }
}

/** Throws a CommandError if a server listens only on the IPv6 loopback: it does not block us, but a browser would reach it instead of us. */
export async function checkLoopback({ port, host }: Address, commandLine: string): Promise<void> {
  if (host === "127.0.0.1" && (await answers(port, "::1"))) {
    throw portInUse(port, commandLine);
  }
}

function portInUse(port: number, commandLine: string): CommandError {
  return new CommandError(
    `Port ${port} is in use by another program. Stop that program, or use another port: ${otherPort(port, commandLine)}`,
  );
}

function otherPort(port: number, commandLine: string): string {
  return `PORT=${port === 65_535 ? 3000 : port + 1} ${commandLine}`;
}

/** The origin at which this machine can reach the server: `http://127.0.0.1:3000`. */
export function localOrigin({ port, host }: Address): string {
  if (host === "0.0.0.0") {
    return `http://127.0.0.1:${port}`;
  }
  return `http://${host.includes(":") ? `[${host === "::" ? "::1" : host}]` : host}:${port}`;
}
