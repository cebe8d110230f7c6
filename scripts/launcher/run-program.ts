import { spawn } from "node:child_process";

/** Runs a program without printing its output. Resolves with null if it succeeded, else with the whole output. */
export function runProgram(
  program: string,
  args: string[],
  { env, signal }: { env: Record<string, string>; signal?: AbortSignal | undefined },
): Promise<string | null> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`${program} could not be started: ${error.message}`));
    child.once("close", (code) => resolve(code === 0 ? null : Buffer.concat(chunks).toString("utf8").trim()));
  });
}
