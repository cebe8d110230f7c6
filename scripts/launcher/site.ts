import { CommandError } from "./command-error";
import type { RunLock } from "./run-lock";
import type { WebProgram } from "./web-program";
import { type Listening, type LineListener, startWebServer, type WebServer } from "./web-server";

/** The web server that has the port, and its replacement by another one while the port stays open. */
export type Site = {
  /** Resolves when the web server ends without having been replaced or stopped, with the reason. */
  ended: Promise<string>;
  /**
   * Starts a web server and, once it answers, gives it the port. Then the previous one finishes its requests and ends. Throws a CommandError if it
   * does not start; the previous one continues.
   */
  start(program: WebProgram): Promise<void>;
  stop(): Promise<void>;
  kill(): void;
};

const NAMES = { current: "the web server", next: "the new web server" };
/** How much of the output of a web server that does not start `npm run upgrade` shows. */
const KEPT_LINES = 30;

/** A site without a web server. */
export function makeSite({
  listening,
  onLine,
  lock,
}: {
  listening: Listening;
  onLine: LineListener;
  lock: RunLock;
}): Site {
  const running = new Set<WebServer>();
  let current: WebServer | null = null;
  let isStarting = false;
  const end = Promise.withResolvers<string>();

  const watch = async (server: WebServer) => {
    const how = await server.ended;
    running.delete(server);
    if (server === current) {
      end.resolve(how);
    }
  };
  const start = async (program: WebProgram): Promise<void> => {
    const lines: string[] = [];
    const server = startWebServer({
      program,
      listening,
      onLine(line, stream) {
        lines.push(line);
        lines.splice(0, lines.length - KEPT_LINES);
        onLine(line, stream);
      },
    });
    running.add(server);
    lock.remember(current === null ? NAMES.current : NAMES.next, server.pid, "SIGTERM");
    void watch(server);
    if (!(await server.takesOver())) {
      await server.stop();
      lock.forget(NAMES.next);
      throw new CommandError(
        current === null
          ? "The web server did not start. Its output is above."
          : `The web server of the new version did not start. It printed:\n\n${lines.join("\n")}`,
      );
    }
    const previous = current;
    current = server;
    lock.forget(NAMES.next);
    lock.remember(NAMES.current, server.pid, "SIGTERM");
    lock.describe({ release: program.folder === process.cwd() ? null : program.folder });
    void previous?.retire();
  };

  return {
    ended: end.promise,
    async start(program) {
      if (isStarting) {
        throw new CommandError("Another upgrade is being handed over at this moment. Try again when it is done.");
      }
      isStarting = true;
      try {
        await start(program);
      } finally {
        isStarting = false;
      }
    },
    async stop() {
      await Promise.all([...running].map((server) => server.stop()));
    },
    kill() {
      for (const server of running) {
        server.kill();
      }
    },
  };
}
