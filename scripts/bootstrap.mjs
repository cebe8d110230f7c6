/**
 * The one door of every command: `node scripts/bootstrap.mjs start`.
 *
 * A fresh clone has nothing but some Node with npm, so this file uses no dependency and only what Node 20 has. It brings
 * the dependencies to what package-lock.json says, then hands over to the Node that the `node` package pins: every
 * machine runs the same one, whatever it came with.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = 20;
const COMMANDS = ["start", "demo", "dev", "test", "bench", "migrate", "import", "test-faults"];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const pinnedNode = join(modules, ".bin", "node");
const stampFile = join(modules, ".callboard-install.json");
const installLock = join(root, ".data", "install.lock");

await main(process.argv[2], process.argv.slice(3));

async function main(command, rest) {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < OLDEST_NODE) {
    refuse(
      `Callboard needs Node ${OLDEST_NODE} or newer, this is ${process.version}. A current one is at https://nodejs.org`,
    );
  }
  if (process.platform === "win32") {
    refuse(
      "Callboard runs on Linux and macOS. On Windows, start it inside WSL: https://learn.microsoft.com/windows/wsl",
    );
  }
  if (!COMMANDS.includes(command)) {
    refuse(`Usage: node scripts/bootstrap.mjs ${COMMANDS.join("|")}`);
  }
  process.chdir(root);
  if (!isInstalled()) {
    await install();
  }
  await handOver(command, rest);
}

/** True if node_modules is what package-lock.json asks for, whole, and its Node runs. */
function isInstalled() {
  const lockText = read(join(root, "package-lock.json"));
  if (lockText === undefined) {
    refuse("package-lock.json is missing: this clone is not whole. Try `git status`, or clone again.");
  }
  const installedText = read(join(modules, ".package-lock.json"));
  if (installedText === undefined) {
    return false;
  }
  let installed;
  try {
    installed = JSON.parse(installedText).packages;
  } catch {
    return false;
  }
  // Someone may have deleted a package by hand, or an install may have stopped between two of them.
  const whole = Object.keys(installed).every((path) => existsSync(join(root, path, "package.json")));
  if (!whole || !pinnedNodeRuns()) {
    return false;
  }
  const fingerprint = createHash("sha256").update(lockText).digest("hex");
  if (read(stampFile)?.includes(fingerprint)) {
    return true;
  }
  // `npm install` leaves no stamp of ours, but its own record, written last, says what it installed.
  if (!recordMatches(JSON.parse(lockText).packages, installed)) {
    return false;
  }
  stamp(fingerprint);
  return true;
}

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

function stamp(fingerprint) {
  writeFileSync(stampFile, `${JSON.stringify({ packageLock: fingerprint })}\n`);
}

async function install() {
  await holdInstallLock();
  if (isInstalled()) {
    releaseInstallLock();
    return; // another process installed while this one waited for the lock
  }
  rmSync(stampFile, { force: true });
  const began = Date.now();
  process.stdout.write(
    existsSync(modules)
      ? "Bringing the dependencies up to date … "
      : "Installing dependencies (the first time takes a minute or two) … ",
  );
  const { code, output } = await runNpmCi();
  if (code !== 0) {
    process.stdout.write("failed\n\n");
    process.stderr.write(output.split("npm error Clean install a project")[0]);
    refuse("\nThe dependencies could not be installed: npm's own words are above. Once that is mended, try again.");
  }
  process.stdout.write(`done in ${Math.round((Date.now() - began) / 1000)} s\n`);
  if (!pinnedNodeRuns()) {
    refuse(
      "The dependencies are installed, but their Node does not run. If npm is set to ignore install scripts " +
        "(`npm config get ignore-scripts`), allow them; on Alpine Linux use a Debian or Ubuntu machine instead.",
    );
  }
  stamp(createHash("sha256").update(readFileSync("package-lock.json")).digest("hex"));
  releaseInstallLock();
}

/** `npm ci` starts from nothing, so whatever a broken install left behind is gone. */
function runNpmCi() {
  return new Promise((resolve) => {
    const npm = spawn("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--no-progress"], {
      cwd: root,
      // npm must not run on the Node that it is about to delete.
      env: { ...process.env, PATH: pathWithoutModules() },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks = [];
    npm.stdout.on("data", (chunk) => chunks.push(chunk));
    npm.stderr.on("data", (chunk) => chunks.push(chunk));
    const forward = forwardSignals(npm, () => process.stdout.write("interrupted\n"));
    npm.on("error", (error) => {
      forward.stop();
      process.stdout.write("failed\n");
      refuse(
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
      resolve({ code: signal === null ? code : 1, output: Buffer.concat(chunks).toString("utf8") });
    });
  });
}

function pathWithoutModules() {
  const path = process.env.PATH ?? "";
  return path
    .split(delimiter)
    .filter((part) => !part.startsWith(modules))
    .join(delimiter);
}

/** Two commands at once on a fresh clone must not both delete and fill node_modules. */
async function holdInstallLock() {
  try {
    mkdirSync(dirname(installLock), { recursive: true });
  } catch (error) {
    refuse(`The folder ${dirname(installLock)} cannot be made (${error.code}): Callboard keeps its data there.`);
  }
  let said = false;
  for (;;) {
    const draft = `${installLock}.${process.pid}`;
    try {
      writeFileSync(draft, identityOf(process.pid));
      linkSync(draft, installLock); // whole or not at all
      process.once("exit", releaseInstallLock);
      return;
    } catch (error) {
      if (error.code !== "EEXIST") {
        refuse(`${installLock} cannot be written (${error.code}): Callboard keeps its data there.`);
      }
    } finally {
      rmSync(draft, { force: true });
    }
    const holder = read(installLock) ?? "";
    const [pid] = holder.split(" ");
    if (!isAlive(Number(pid)) || identityOf(pid) !== holder) {
      rmSync(installLock, { force: true });
      continue;
    }
    if (!said) {
      said = true;
      console.log(`Another command is installing the dependencies (process ${pid}); waiting for it.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

function releaseInstallLock() {
  process.off("exit", releaseInstallLock);
  rmSync(installLock, { force: true });
}

/** The number and, on Linux, the start time: in a container the same numbers come again after every restart. */
function identityOf(pid) {
  const stat = read(`/proc/${pid}/stat`)
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

function handOver(command, rest) {
  const script = join(root, "scripts", `${command}.ts`);
  const child = spawn(pinnedNode, ["--import", "tsx", script, ...rest], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: `${join(modules, ".bin")}${delimiter}${pathWithoutModules()}` },
  });
  forwardSignals(child);
  return new Promise(() => {
    child.on("error", (error) => refuse(`The installed Node could not be started: ${error.message}`));
    child.on("close", (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
  });
}

/** A terminal signals the whole group, a process manager only this process: the child hears it either way, maybe twice. */
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

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function refuse(sentence) {
  console.error(sentence);
  process.exit(1);
}
