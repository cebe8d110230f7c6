import { fork } from "node:child_process";
import { join } from "node:path";

import { environment } from "@/tests/fixtures/environment";

import type { BenchContext } from "./context";
import type { FilledDatabase } from "./data/kept";
import type { Question, Reply } from "./reader";
import { readStatements, resetStatements } from "./statements";

/** A reader in a process of its own, on one database. */
export type Reader = {
  ask(question: Question): Promise<Reply>;
  /** Asks, and returns what the database took for it in milliseconds. A statement that was cancelled counts with the time that it had. */
  time(question: Question): Promise<number>;
  close(): void;
};

export function startReader({ data }: BenchContext, { applicationUrl, name }: FilledDatabase): Reader {
  const child = fork(join(import.meta.dirname, "reader.ts"), {
    execArgv: ["--import", "tsx"],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "production",
      ...environment({ databaseUrl: applicationUrl, appPort: 1, vendorPort: 1 }),
    },
    serialization: "advanced",
  });
  const ask = (question: Question) =>
    new Promise<Reply>((resolve, reject) => {
      const ended = () => reject(new Error("The reader ended"));
      child.once("exit", ended);
      child.once("message", (reply) => {
        child.off("exit", ended);
        resolve(reply as Reply);
      });
      child.send(question);
    });
  return {
    ask,
    async time(question) {
      await resetStatements(data.admin);
      const began = performance.now();
      const reply = await ask(question);
      const elapsed = performance.now() - began;
      // pg_stat_statements does not count a statement that failed.
      return "problem" in reply ? elapsed : (await readStatements(data.admin, name)).total;
    },
    close: () => child.kill(),
  };
}
