import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";

import { takeLock } from "./lock.mjs";
import { Failure, forwardSignals, pathWithoutModules, readOrUndefined } from "./processes.mjs";

/** The Node binary of the npm package `node`, with which every machine runs the same version. */
export function pinnedNodeOf(folder) {
  return join(folder, "node_modules", ".bin", "node");
}

/** Whether node_modules in this folder contains everything in its package-lock.json, and its Node binary runs. */
export function isInstalled(folder) {
  const lockText = readOrUndefined(join(folder, "package-lock.json"));
  if (lockText === undefined) {
    throw new Failure("package-lock.json is missing: the clone is incomplete. Check `git status`, or clone again.");
  }
  const installedText = readOrUndefined(join(folder, "node_modules", ".package-lock.json"));
  if (installedText === undefined) {
    return false;
  }
  let installed;
  try {
    installed = JSON.parse(installedText).packages;
  } catch {
    return false;
  }
  // Someone may have deleted a package by hand, or an install may have stopped halfway.
  const isComplete = Object.keys(installed).every((path) => existsSync(join(folder, path, "package.json")));
  if (!isComplete || !pinnedNodeRuns(folder)) {
    return false;
  }
  const fingerprint = createHash("sha256").update(lockText).digest("hex");
  if (readOrUndefined(stampOf(folder))?.includes(fingerprint)) {
    return true;
  }
  // `npm install` does not write our stamp, but at the end it records what it installed.
  if (!recordMatches(JSON.parse(lockText).packages, installed)) {
    return false;
  }
  writeStamp(folder, fingerprint);
  return true;
}

/** `wanted`: the packages in package-lock.json. `installed`: the packages in npm's record in node_modules. */
function recordMatches(wanted, installed) {
  const sameVersions = Object.entries(installed).every(([path, { version }]) => wanted[path]?.version === version);
  const noneMissing = Object.entries(wanted).every(
    ([path, entry]) => path === "" || path in installed || entry.optional || entry.devOptional,
  );
  return sameVersions && noneMissing;
}

function pinnedNodeRuns(folder) {
  const wanted = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).devDependencies.node;
  const answer = spawnSync(pinnedNodeOf(folder), ["--version"], { encoding: "utf8" });
  return answer.status === 0 && answer.stdout.trim() === `v${wanted}`;
}

function stampOf(folder) {
  return join(folder, "node_modules", ".callboard-install.json");
}

/** Writes the stamp file. With it, the next start need not compare every package. */
function writeStamp(folder, fingerprint) {
  writeFileSync(stampOf(folder), `${JSON.stringify({ packageLock: fingerprint })}\n`);
}

/** Installs the dependencies in this folder. Throws a Failure, with npm's output printed, if that fails or is interrupted. */
export async function install(folder) {
  // Without it, two commands started at the same time on a fresh clone would both delete and fill node_modules.
  const release = await takeLock(join(folder, ".data", "install.lock"), async (pid, isFirst) => {
    if (isFirst) {
      console.log(`Another command is installing the dependencies (process ${pid}). Waiting for it.`);
    }
  });
  try {
    if (!isInstalled(folder)) {
      await installLocked(folder); // otherwise another process installed while this one waited for the lock
    }
  } finally {
    release();
  }
}

async function installLocked(folder) {
  rmSync(stampOf(folder), { force: true });
  const began = Date.now();
  const title = existsSync(join(folder, "node_modules"))
    ? "Updating dependencies"
    : "Installing dependencies (the first time takes a minute or two)";
  // In a log, other lines may come before the end of this step.
  process.stdout.write(process.stdout.isTTY ? `${title} … ` : `${title} …\n`);
  const { code, output } = await runNpmCi(folder);
  const subject = process.stdout.isTTY ? "" : "Dependencies: ";
  if (code !== 0) {
    process.stdout.write(`${subject}failed\n\n`);
    process.stderr.write(output.split("npm error Clean install a project")[0]);
    throw new Failure(
      "\nThe dependencies could not be installed. The output of npm is above. Fix the cause, then try again.",
    );
  }
  process.stdout.write(`${subject}done in ${Math.round((Date.now() - began) / 1000)} s\n`);
  if (!pinnedNodeRuns(folder)) {
    throw new Failure(
      "The dependencies are installed, but the Node among them does not run. If npm ignores install scripts " +
        "(`npm config get ignore-scripts`), allow them. On Alpine Linux it cannot run: use Debian or Ubuntu.",
    );
  }
  writeStamp(
    folder,
    createHash("sha256")
      .update(readFileSync(join(folder, "package-lock.json")))
      .digest("hex"),
  );
}

/** Runs `npm ci`, which deletes node_modules first, so nothing of a broken install remains. */
function runNpmCi(folder) {
  return new Promise((resolve, reject) => {
    const npm = spawn("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--no-progress"], {
      cwd: folder,
      // npm must not run with the Node in node_modules, which it deletes.
      env: { ...process.env, PATH: pathWithoutModules(join(folder, "node_modules")) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = [];
    npm.stdout.on("data", (chunk) => output.push(chunk));
    npm.stderr.on("data", (chunk) => output.push(chunk));
    const forward = forwardSignals(npm, () => process.stdout.write("interrupted\n"));
    npm.on("error", (error) => {
      forward.stop();
      process.stdout.write("failed\n");
      reject(
        new Failure(
          error.code === "ENOENT"
            ? "npm was not found. It comes with Node: https://nodejs.org (on Debian and Ubuntu: apt-get install npm)"
            : `npm could not be started: ${error.message}`,
        ),
      );
    });
    npm.on("close", (code, signal) => {
      forward.stop();
      if (forward.received !== undefined) {
        reject(Object.assign(new Failure(""), { exitCode: 128 + constants.signals[forward.received] }));
        return;
      }
      resolve({ code: signal === null ? code : 1, output: Buffer.concat(output).toString("utf8") });
    });
  });
}
