import { randomInt } from "node:crypto";
import { connect, createServer } from "node:net";

/** These ports are below those that the kernel uses for outgoing connections (from 32768 on Linux, from 49152 on macOS). */
const RANGE = { first: 15_000, last: 29_999 };

/** Finds a free port on the loopback: `preferred` if it is free, else a random one. Another program may take the port before its use. */
export async function findFreePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await whyNotListen(preferred, "127.0.0.1")) === null) {
    return preferred;
  }
  for (;;) {
    const port = randomInt(RANGE.first, RANGE.last + 1);
    if ((await whyNotListen(port, "127.0.0.1")) === null) {
      return port;
    }
  }
}

/** Resolves with the reason why a server cannot listen there now (EADDRINUSE, EACCES, EADDRNOTAVAIL or another code), or null if it can. */
export function whyNotListen(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** Whether a server accepts connections on this port. */
export function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1_000 });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => settle(true));
    socket.once("timeout", () => settle(false));
    socket.once("error", () => settle(false));
  });
}
