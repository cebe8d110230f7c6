import { Socket } from "node:net";
import { Duplex } from "node:stream";

/**
 * What stands between postgres.js and the network. By itself it reconnects in a storm when a server accepts and closes
 * (thousands of attempts a second), doubles its own pauses up to 20 s when one refuses (so it comes back late), and waits
 * without end for a backend that is stopped. Here a server that was not seen to work is asked at most once a second,
 * by whichever pool comes first, and is used again with the first login that succeeds.
 */

const ONCE_IN_MS = 1000;
/** Longer than any statement may take and than a connection stays open unused: who is silent this long is gone. */
const SILENT_FOR_MS = 45_000;

/** The code of the error that a query gets while its server is not to be asked. */
export const DATABASE_AWAY = "DATABASE_AWAY";

export class Breaker {
  private proven = false;
  private lastStart = Number.NEGATIVE_INFINITY;
  /** Connections that were begun and neither logged in nor ended yet. */
  private readonly unsettled = new Set<Socket>();
  /** Connections in use: while there is one, the server is there. */
  private readonly alive = new Set<Socket>();
  private settled = newSignal();

  /** Whether a new connection would be refused at this moment. */
  get isOpen(): boolean {
    return !this.proven && this.unsettled.size === 0 && this.pause() > 0;
  }

  /** Waits for its turn and says whether a connection may be begun; its socket must then be handed to `begin`. */
  async admit(isWanted: () => boolean): Promise<boolean> {
    for (;;) {
      if (!isWanted()) {
        return false;
      }
      const pause = this.pause();
      if (this.proven || pause <= 0) {
        this.lastStart = performance.now();
        return true;
      }
      if (this.unsettled.size === 0) {
        return false;
      }
      await this.settlesWithin(pause);
    }
  }

  begin(socket: Socket): void {
    this.unsettled.add(socket);
  }

  /** A login succeeded: everybody may connect. Which one it was the driver does not say. */
  succeed(): void {
    this.proven = true;
    for (const socket of this.unsettled) {
      this.alive.add(socket);
    }
    this.unsettled.clear();
    this.announce();
  }

  /**
   * A connection ended. The last one may have been its own end or the server's: the next one will tell. While others go on, one that was
   * idle for long, or only cancelled a query, says nothing of the server; one that was answered and not let in does.
   */
  end(socket: Socket): void {
    const wasAlive = this.alive.delete(socket);
    this.unsettled.delete(socket);
    if (this.alive.size === 0 || (!wasAlive && socket.bytesRead > 0)) {
      this.proven = false;
    }
    this.announce();
  }

  private pause(): number {
    return this.lastStart + ONCE_IN_MS - performance.now();
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

/** What postgres.js hands to its `socket` option: its own options, as parsed. */
type DriverOptions = { host: string[]; port: number[]; path: string | false; parameters: Record<string, string> };

/** For whoever cuts connections: each socket as it is made, and whether another one is still wanted. */
export type SocketOwner = { isWanted: () => boolean; onSocket: (socket: Socket) => void };

const NOBODY: SocketOwner = { isWanted: () => true, onSocket: () => {} };

/** The options that put a breaker around a postgres.js client. */
export function guarded(breaker: Breaker, owner: SocketOwner = NOBODY) {
  return {
    backoff: () => 0,
    // The server states its parameters once the login has succeeded, with TLS and behind a pooler too.
    onparameter: () => breaker.succeed(),
    socket: async (options: DriverOptions) => {
      // The driver reports a parameter only if it differs from last time.
      for (const name of Object.keys(options.parameters)) {
        delete options.parameters[name];
      }
      if (!(await breaker.admit(owner.isWanted))) {
        return refusal();
      }
      const socket = new GuardedSocket(breaker);
      owner.onSocket(socket);
      const [host = "localhost"] = options.host;
      const [port = 5432] = options.port;
      // The driver reads both to check a certificate's name.
      Object.assign(socket, { host, port });
      return options.path ? socket.connect(options.path) : socket.connect(port, host);
    },
  };
}

/** `_destroy` is the one way that every socket ends by; listeners are none, the driver removes them all for TLS. */
class GuardedSocket extends Socket {
  private readonly watch: NodeJS.Timeout;

  constructor(private readonly breaker: Breaker) {
    super();
    breaker.begin(this);
    let heard = 0;
    this.watch = setInterval(() => {
      if (this.bytesRead === heard) {
        this.destroy(Object.assign(new Error("the database has gone silent"), { code: "DATABASE_SILENT" }));
      }
      heard = this.bytesRead;
    }, SILENT_FOR_MS).unref();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearInterval(this.watch);
    this.breaker.end(this);
    // oxlint-disable-next-line no-underscore-dangle -- the name is Node's
    super._destroy(error, callback);
  }
}

/**
 * A connection that fails by itself. Throwing instead would leave the driver's slot "connecting" for good, and failing
 * before the driver's first write would leave it with a write that is never sent.
 */
function refusal(): Duplex {
  return new Duplex({
    read() {},
    write(_chunk, _encoding, callback) {
      callback(Object.assign(new Error("the database is not asked again yet"), { code: DATABASE_AWAY }));
    },
  });
}
