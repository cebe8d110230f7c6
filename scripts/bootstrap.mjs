/**
 * The entry point of every command: `node scripts/bootstrap.mjs start`.
 *
 * A fresh clone has no dependencies, and the installed Node may be of any version, so this file imports no package and uses only
 * features of Node 20. It installs the dependencies from package-lock.json, then runs the command with the Node binary of the npm
 * package `node`, so that every machine runs the same version.
 *
 * It cannot import launcher/, which is TypeScript, so its lock and process identity are small copies of launcher/run-lock.ts and
 * launcher/processes.ts.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = 20;
const COMMANDS = ["start", "demo", "dev", "test", "bench", "migrate", "import", "reinterpret", "admin", "test-faults"];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nodeModules = join(root, "node_modules");
const pinnedNode = join(nodeModules, ".bin", "node");
const stampFile = join(nodeModules, ".callboard-install.json");
const installLock = join(root, ".data", "install.lock");

await main(process.argv[2], process.argv.slice(3));

async function main(command, rest) {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < OLDEST_NODE) {
    fail(
      `Callboard needs Node ${OLDEST_NODE} or newer, this is ${process.version}. Get a newer one from https://nodejs.org`,
    );
  }
  if (process.platform === "win32") {
    fail("Callboard runs on Linux and macOS. On Windows, start it inside WSL: https://learn.microsoft.com/windows/wsl");
  }
  if (!COMMANDS.includes(command)) {
    fail(`Usage: node scripts/bootstrap.mjs ${COMMANDS.join("|")}`);
  }
  process.chdir(root);
  if (!isInstalled()) {
    await install();
  }
  await runCommand(command, rest);
}

/** Whether node_modules contains everything in package-lock.json and its Node binary runs. */
function isInstalled() {
  const lockText = readOrUndefined(join(root, "package-lock.json"));
  if (lockText === undefined) {
    fail("package-lock.json is missing: the clone is incomplete. Check `git status`, or clone again.");
  }
  const installedText = readOrUndefined(join(nodeModules, ".package-lock.json"));
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
  const isComplete = Object.keys(installed).every((path) => existsSync(join(root, path, "package.json")));
  if (!isComplete || !pinnedNodeRuns()) {
    return false;
  }
  const fingerprint = createHash("sha256").update(lockText).digest("hex");
  if (readOrUndefined(stampFile)?.includes(fingerprint)) {
    return true;
  }
  // `npm install` does not write our stamp, but at the end it records what it installed.
  if (!recordMatches(JSON.parse(lockText).packages, installed)) {
    return false;
  }
  writeStamp(fingerprint);
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

function pinnedNodeRuns() {
  const wanted = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.node;
  const answer = spawnSync(pinnedNode, ["--version"], { encoding: "utf8" });
  return answer.status === 0 && answer.stdout.trim() === `v${wanted}`;
}

/** Writes the stamp file. With it, the next start need not compare every package. */
function writeStamp(fingerprint) {
  writeFileSync(stampFile, `${JSON.stringify({ packageLock: fingerprint })}\n`);
}

async function install() {
  await takeInstallLock();
  if (isInstalled()) {
    releaseInstallLock();
    return; // another process installed while this one waited for the lock
  }
  rmSync(stampFile, { force: true });
  const began = Date.now();
  process.stdout.write(
    existsSync(nodeModules)
      ? "Updating dependencies … "
      : "Installing dependencies (the first time takes a minute or two) … ",
  );
  const { code, output } = await runNpmCi();
  if (code !== 0) {
    process.stdout.write("failed\n\n");
    process.stderr.write(output.split("npm error Clean install a project")[0]);
    fail("\nThe dependencies could not be installed. The output of npm is above. Fix the cause, then try again.");
  }
  process.stdout.write(`done in ${Math.round((Date.now() - began) / 1000)} s\n`);
  if (!pinnedNodeRuns()) {
    fail(
      "The dependencies are installed, but the Node among them does not run. If npm ignores install scripts " +
        "(`npm config get ignore-scripts`), allow them. On Alpine Linux it cannot run: use Debian or Ubuntu.",
    );
  }
  writeStamp(createHash("sha256").update(readFileSync("package-lock.json")).digest("hex"));
  releaseInstallLock();
}

/** Runs `npm ci`, which deletes node_modules first, so nothing of a broken install remains. */
function runNpmCi() {
  return new Promise((resolve) => {
    const npm = spawn("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--no-progress"], {
      cwd: root,
      // npm must not run with the Node in node_modules, which it deletes.
      env: { ...process.env, PATH: pathWithoutModules() },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = [];
    npm.stdout.on("data", (chunk) => output.push(chunk));
    npm.stderr.on("data", (chunk) => output.push(chunk));
    const forward = forwardSignals(npm, () => process.stdout.write("interrupted\n"));
    npm.on("error", (error) => {
      forward.stop();
      process.stdout.write("failed\n");
      fail(
        error.code === "ENOENT"
          ? "npm was not found. It comes with Node: https://nodejs.org (on Debian and Ubuntu: apt-get install npm)"
          : `npm could not be started: ${error.message}`,
      );
    });
    npm.on("close", (code, signal) => {
      forward.stop();
      if (forward.received !== undefined) {
        process.exit(128 + constants.signals[forward.received]);
      }
      resolve({ code: signal === null ? code : 1, output: Buffer.concat(output).toString("utf8") });
    });
  });
}

function pathWithoutModules() {
  const path = process.env.PATH ?? "";
  return path
    .split(delimiter)
    .filter((part) => !part.startsWith(nodeModules))
    .join(delimiter);
}

/** Waits for the lock. Without it, two commands started at the same time on a fresh clone would both delete and fill node_modules. */
async function takeInstallLock() {
  try {
    mkdirSync(dirname(installLock), { recursive: true });
  } catch (error) {
    fail(`The folder ${dirname(installLock)} cannot be created (${error.code}). Callboard keeps its data there.`);
  }
  let hasReportedWait = false;
  for (;;) {
    const draft = `${installLock}.${process.pid}`;
    try {
      writeFileSync(draft, identityOf(process.pid));
      linkSync(draft, installLock); // a link appears complete or not at all
      process.once("exit", releaseInstallLock);
      return;
    } catch (error) {
      if (error.code !== "EEXIST") {
        fail(`${installLock} cannot be written (${error.code}). Callboard keeps its data there.`);
      }
    } finally {
      rmSync(draft, { force: true });
    }
    const holder = readOrUndefined(installLock) ?? "";
    const [pid] = holder.split(" ");
    if (!isAlive(Number(pid)) || identityOf(pid) !== holder) {
      rmSync(installLock, { force: true });
      continue;
    }
    if (!hasReportedWait) {
      hasReportedWait = true;
      console.log(`Another command is installing the dependencies (process ${pid}). Waiting for it.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

function releaseInstallLock() {
  process.off("exit", releaseInstallLock);
  rmSync(installLock, { force: true });
}

/** Returns the process id and, on Linux, the start time, because a container reuses the same ids after every restart. */
function identityOf(pid) {
  const stat = readOrUndefined(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, "")
    .split(" ");
  return stat === undefined ? `${pid}` : `${pid} ${stat[19]}`;
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Runs the command with the pinned Node, waits for it, and exits with its code. */
function runCommand(command, rest) {
  const script = join(root, "scripts", `${command}.ts`);
  const child = spawn(pinnedNode, ["--import", "tsx", script, ...rest], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: `${join(nodeModules, ".bin")}${delimiter}${pathWithoutModules()}` },
  });
  forwardSignals(child);
  return new Promise(() => {
    child.on("error", (error) => fail(`The installed Node could not be started: ${error.message}`));
    child.on("close", (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
  });
}

/**
 * Passes signals on to the child. A terminal signals the whole process group, but a process manager signals only this process. The
 * child gets the signal in both cases, possibly twice.
 */
function forwardSignals(child, onFirst = () => {}) {
  const forward = {
    received: undefined,
    stop() {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
        process.removeAllListeners(name);
      }
    },
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(name, () => {
      if (forward.received === undefined) {
        forward.received = name;
        onFirst();
      }
      child.kill(name);
    });
  }
  return forward;
}

function readOrUndefined(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
