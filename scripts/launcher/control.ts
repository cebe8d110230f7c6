import { rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join, relative } from "node:path";

import { z } from "zod";

import { CommandError } from "./command-error";

/**
 * How `npm run upgrade` talks to the running `npm start`: over a socket in the data folder that only its owner can open. Each request and each answer
 * is one line of JSON. The two are of different versions, so fields may be added but never changed.
 */

const requestSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("describe") }),
  z.object({
    type: z.literal("replace"),
    program: z.object({
      folder: z.string(),
      program: z.string(),
      args: z.array(z.string()),
      env: z.record(z.string(), z.string()),
    }),
  }),
]);
type Request = z.infer<typeof requestSchema>;
type Replacement = Extract<Request, { type: "replace" }>["program"];

const descriptionSchema = z.object({
  /** The environment that the command was started with, before it read any file. */
  given: z.record(z.string(), z.string()),
  port: z.number(),
  host: z.string(),
  /** The URLs of the embedded database, for its owner and for the web server; null if there is none. */
  embedded: z.object({ ownerUrl: z.string(), applicationUrl: z.string() }).nullable(),
});
/** What the new version must know about the running one. */
export type Description = z.infer<typeof descriptionSchema>;

const answerSchema = z.union([
  z.object({ ok: z.literal(true), description: descriptionSchema.optional() }),
  z.object({ ok: z.literal(false), message: z.string() }),
]);
type Answer = z.infer<typeof answerSchema>;

const MAX_LINE_BYTES = 1024 * 1024;
const READ_ONLY_BY_OWNER = 0o177;

/** Relative, because the path of a socket has at most 107 bytes (104 on macOS). */
function socketIn(dataFolder: string): string {
  return relative(process.cwd(), join(dataFolder, "control.sock"));
}

/** Answers requests until `close` is called. Null if the file system has no sockets: then this Callboard cannot be upgraded while it runs. */
export async function listenForControl(
  dataFolder: string,
  { describe, replace }: { describe: () => Description; replace: (program: Replacement) => Promise<void> },
): Promise<{ close(): void } | null> {
  const path = socketIn(dataFolder);
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    void (async () => {
      const answer = await readLine(socket)
        .then(async (line): Promise<Answer> => {
          const request = requestSchema.parse(JSON.parse(line));
          if (request.type === "describe") {
            return { ok: true, description: describe() };
          }
          await replace(request.program);
          return { ok: true };
        })
        .catch((error: Error): Answer => ({ ok: false, message: error.message }));
      socket.end(`${JSON.stringify(answer)}\n`);
    })();
  });
  const before = process.umask(READ_ONLY_BY_OWNER);
  try {
    return await new Promise((resolve) => {
      server.once("error", () => resolve(null));
      server.listen(path, () => resolve({ close: () => server.close() }));
    });
  } finally {
    process.umask(before);
  }
}

/** What the running Callboard says about itself. Throws a CommandError if it does not answer. */
export async function describeRunning(dataFolder: string): Promise<Description> {
  const { description } = await ask(dataFolder, { type: "describe" });
  if (description === undefined) {
    throw new CommandError("The running Callboard answered something that this version does not understand.");
  }
  return description;
}

/** Makes the running Callboard replace its web server. Resolves once the new one serves. Throws a CommandError if it does not start. */
export async function replaceRunning(dataFolder: string, program: Replacement): Promise<void> {
  await ask(dataFolder, { type: "replace", program });
}

async function ask(dataFolder: string, request: Request): Promise<Extract<Answer, { ok: true }>> {
  let line: string;
  try {
    const socket = connect(socketIn(dataFolder));
    socket.write(`${JSON.stringify(request)}\n`);
    line = await readLine(socket);
  } catch (error) {
    throw new CommandError(
      `The running Callboard does not answer (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}). Has it ended?`,
    );
  }
  const answer = answerSchema.parse(JSON.parse(line));
  if (!answer.ok) {
    throw new CommandError(answer.message);
  }
  return answer;
}

function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) {
        resolve(text.slice(0, text.indexOf("\n")));
      } else if (text.length > MAX_LINE_BYTES) {
        reject(new Error("too long"));
      }
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed")));
  });
}
