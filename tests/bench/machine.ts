import { execFileSync } from "node:child_process";
import { cpus, release, totalmem, type } from "node:os";

/** The machine in one sentence, which stands above the table. Rows of another machine are not kept beside those of this one. */
export function describeMachine(postgres: string): string {
  const processors = cpus();
  const model = processors[0]?.model.replaceAll(/\s+/g, " ").trim() ?? "an unknown processor";
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  return (
    `${processors.length} cores (${model}), ${gigabytes} GB of memory, ${type()} ${release()}; Node ${process.versions.node}, ` +
    `PostgreSQL ${postgres} with \`fsync\` and \`synchronous_commit\` on. The sender, the application and the database share the machine.`
  );
}

/** The commit of the sources, with `+` if they have changes that are not committed. */
export function describeCommit(): string {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
    return (
      git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "+")
    );
  } catch {
    return "unknown commit";
  }
}
