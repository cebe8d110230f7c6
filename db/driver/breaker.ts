import { Socket } from "node:net";
import { Duplex } from "node:stream";

/**
 * A circuit breaker between postgres.js and the network. Without it, postgres.js reconnects thousands of times a second
 * if a server accepts and then closes connections, doubles its pauses up to 20 s if a server refuses them (so it recovers
 * late), and waits forever for a backend that is stopped. While the server is not known to work, the breaker allows one
 * connection attempt per second, shared by all pools. After a successful login it allows any number of connections.
 */

const RETRY_EVERY_MS = 1000;
/** Longer than any statement may take and longer than an idle connection stays open: a connection this silent is dead. */
const MAX_SILENCE_MS = 45_000;

/** The code of a query's error while the breaker allows no connection. */
export const DATABASE_AWAY = "DATABASE_AWAY";

export class Breaker {
  /** Whether a login succeeded and a connection is still alive. */
  private proven = false;
  private lastStart = Number.NEGATIVE_INFINITY;
  /** Sockets that have neither logged in nor ended. */
  private readonly unsettled = new Set<Socket>();
  /** Sockets that have logged in and not ended. */
  private readonly alive = new Set<Socket>();
  private settled = newSignal();

  /** Whether a new connection would be refused now. */
  get isOpen(): boolean {
    return !this.proven && this.unsettled.size === 0 && this.pause() > 0;
  }

  /**
   * Waits until a connection may be opened and returns a socket for it, or null to refuse it. The socket is made at once, so that others who wait see
   * that somebody tries.
   */
  async admit(isWanted: () => boolean): Promise<Socket | null> {
    for (;;) {
      if (!isWanted()) {
        return null;
      }
      const pause = this.pause();
      if (this.proven || pause <= 0) {
        this.lastStart = performance.now();
        const socket = new GuardedSocket(this);
        this.unsettled.add(socket);
        return socket;
      }
      if (this.unsettled.size === 0) {
        return null;
      }
      await this.settlesWithin(pause);
    }
  }

  /** Reports a successful login, which allows connections. The driver does not say which socket logged in. */
  succeed(): void {
    this.proven = true;
    for (const socket of this.unsettled) {
      this.alive.add(socket);
    }
    this.unsettled.clear();
    this.announce();
  }

  /**
   * Reports that a connection ended. After the last connection ends, the next attempt shows whether the server still works.
   * While others are alive, the end of an idle connection, or of a connection that cancelled a query, says nothing about the
   * server. The end of a connection that the server answered but did not log in means that the server refuses logins.
   */
  end(socket: Socket): void {
    const wasAlive = this.alive.delete(socket);
    this.unsettled.delete(socket);
    if (this.alive.size === 0 || (!wasAlive && socket.bytesRead > 0)) {
      this.proven = false;
    }
    this.announce();
  }

  /** Allows a connection at once: the last login was refused for a reason that the next one does not have. */
  allowNext(): void {
    this.lastStart = Number.NEGATIVE_INFINITY;
  }

  private pause(): number {
    return this.lastStart + RETRY_EVERY_MS - performance.now();
  }

  private announce(): void {
    this.settled.fire();
    this.settled = newSignal();
  }

  private async settlesWithin(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([this.settled.fired, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
    clearTimeout(timer);
  }
}

function newSignal() {
  let fire = () => {};
  const fired = new Promise<void>((resolve) => (fire = resolve));
  return { fired, fire };
}

/** The argument of postgres.js's `socket` option: the parsed options of the client. */
type DriverOptions = { host: string[]; port: number[]; path: string | false; parameters: Record<string, string> };

/** For code that closes connections: receives each new socket and decides whether the driver may open another. */
export type SocketOwner = { isWanted: () => boolean; onSocket: (socket: Socket) => void };

const NO_OWNER: SocketOwner = { isWanted: () => true, onSocket: () => {} };

/** The options that put a breaker around a postgres.js client. */
export function guarded(breaker: Breaker, owner: SocketOwner = NO_OWNER) {
  return {
    backoff: () => 0,
    // The server sends its parameters after a successful login, even with TLS or behind a pooler.
    onparameter: () => breaker.succeed(),
    socket: async (options: DriverOptions) => {
      // The driver reports a parameter only if its value has changed.
      for (const name of Object.keys(options.parameters)) {
        delete options.parameters[name];
      }
      const socket = await breaker.admit(owner.isWanted);
      if (socket === null) {
        return refusal();
      }
      owner.onSocket(socket);
      const [host = "localhost"] = options.host;
      const [port = 5432] = options.port;
      // The driver reads both to check a certificate's name.
      Object.assign(socket, { host, port });
      return options.path ? socket.connect(options.path) : socket.connect(port, host);
    },
  };
}

/** Overrides `_destroy`, which runs when any socket ends. Listeners would not work: the driver removes them all for TLS. */
class GuardedSocket extends Socket {
  private readonly watch: NodeJS.Timeout;

  constructor(private readonly breaker: Breaker) {
    super();
    let lastBytesRead = 0;
    this.watch = setInterval(() => {
      if (this.bytesRead === lastBytesRead) {
        this.destroy(Object.assign(new Error("the database stopped sending"), { code: "DATABASE_SILENT" }));
      }
      lastBytesRead = this.bytesRead;
    }, MAX_SILENCE_MS).unref();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearInterval(this.watch);
    this.breaker.end(this);
    // oxlint-disable-next-line no-underscore-dangle -- the name is Node's
    super._destroy(error, callback);
  }
}

/**
 * A stream that fails on the first write. If `socket` threw instead, the driver's connection would stay in the state
 * "connecting" forever; if the stream failed before the first write, that write would never be sent.
 */
function refusal(): Duplex {
  return new Duplex({
    read() {},
    write(_chunk, _encoding, callback) {
      callback(Object.assign(new Error("the circuit breaker allows no connection"), { code: DATABASE_AWAY }));
    },
  });
}
