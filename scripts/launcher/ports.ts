import { randomInt } from "node:crypto";
import { connect, createServer } from "node:net";

/** Below the ports that the kernel uses for outgoing connections (from 32768 on Linux, from 49152 on macOS). */
const RANGE = { first: 15_000, last: 29_999 };

/** A free port of the loopback, `preferred` if that one is free. Another program may take it before it is used. */
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

/** Why a server cannot listen there now: EADDRINUSE, EACCES, EADDRNOTAVAIL or another code. null if it can. */
export function whyNotListen(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** Whether a server accepts connections there. */
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
