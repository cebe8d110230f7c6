import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Returns the version that `GET /api/health` reports: `0.1.0+a1b2c3d`, or without the commit outside a git clone. */
export function version(): string {
  const { version: number } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  try {
    const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return `${number}+${commit.trim()}`;
  } catch {
    return number;
  }
}
