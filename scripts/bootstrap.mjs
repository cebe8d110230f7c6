/**
 * The entry point of every command: `node scripts/bootstrap.mjs start`.
 *
 * A fresh clone has no dependencies, and the installed Node may be of any version, so this file and `bootstrap/` import no package and use
 * only features of Node 20. It installs the dependencies from package-lock.json, then runs the command with the Node binary of the npm
 * package `node`, so that every machine runs the same version. `npm start` first opens a door for deliveries (`bootstrap/door.mjs`).
 */
import { spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { readDoorSettings } from "./bootstrap/door-settings.mjs";
import { openDoor } from "./bootstrap/door.mjs";
import { install, isInstalled, pinnedNodeOf } from "./bootstrap/installation.mjs";
import { takeLock } from "./bootstrap/lock.mjs";
import { Failure, forwardSignals, pathWithoutModules, runningFrom } from "./bootstrap/processes.mjs";
import {
  adoptRelease,
  currentRelease,
  installRelease,
  markServed,
  pruneReleases,
  stage,
} from "./bootstrap/release.mjs";

const OLDEST_NODE = 20;
/** Commands that work on the database of a running Callboard. */
const BESIDE = ["migrate", "import", "reinterpret", "admin"];
const COMMANDS = ["start", "upgrade", "demo", "dev", "test", "bench", "test-faults", ...BESIDE];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dataFolder = process.env.CALLBOARD_DATA_FOLDER ?? ".data";

let door = null;
try {
  process.exitCode = await main(process.argv[2], process.argv.slice(3));
} catch (error) {
  if (!(error instanceof Failure)) {
    throw error;
  }
  if (error.message !== "") {
    console.error(error.message);
  }
  process.exitCode = error.exitCode;
}
await door?.close();
process.exit();

/** Runs the command and resolves with its exit code. */
async function main(command, rest) {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < OLDEST_NODE) {
    throw new Failure(
      `Callboard needs Node ${OLDEST_NODE} or newer, this is ${process.version}. Get a newer one from https://nodejs.org`,
    );
  }
  if (process.platform === "win32") {
    throw new Failure(
      "Callboard runs on Linux and macOS. On Windows, start it inside WSL: https://learn.microsoft.com/windows/wsl",
    );
  }
  if (!COMMANDS.includes(command)) {
    throw new Failure(`Usage: node scripts/bootstrap.mjs ${COMMANDS.join("|")}`);
  }
  process.chdir(root);
  const running = runningFrom(dataFolder);
  if (command === "upgrade") {
    return upgrade(running);
  }
  const others = [running, runningFrom(join(dataFolder, "demo"))].filter((one) => one !== null);
  if (command === "start" && running === null) {
    door = await openDoorIfPossible();
  }
  if (others.length === 0) {
    await adoptRelease(root, process.env.NEXT_DIST_DIR ?? ".next");
  }
  if (isInstalled(root)) {
    return runCommand(root, command, rest);
  }
  if (others.length === 0) {
    await install(root);
    return runCommand(root, command, rest);
  }
  // The running one loads parts of its dependencies on demand, so nothing may replace them.
  const release = currentRelease(root);
  if (release !== null && BESIDE.includes(command)) {
    return runCommand(release, command, rest);
  }
  const [{ url, process: holder }] = others;
  throw new Failure(
    `The dependencies have changed, but Callboard is running with the old ones: ${url} (process ${holder.pid}). ` +
      (running === null ? "Stop it first." : "Run `npm run upgrade`, or stop it first."),
  );
}

/** Opens the door. Null if the settings are wrong or the port is in use: the launcher will say so. */
async function openDoorIfPossible() {
  const settings = readDoorSettings(process.env, dataFolder);
  // On a terminal, the lines of deliveries would stand in the middle of those that say what is done.
  const onLine = (line) => process.stdout.isTTY || console.log(line);
  return settings === null ? null : openDoor(settings, { onLine }).catch(() => null);
}

/** Closes the door once the application has the port, and says what came through it. */
async function closeDoor() {
  await door.close();
  if (door.parked > 0) {
    console.log(
      `Deliveries that came while Callboard was starting: ${door.parked}. They were kept on disk and are now recorded.`,
    );
  }
}

/** Prepares the new version beside the running one, which then replaces its web server. Resolves with the exit code. */
async function upgrade(running) {
  if (running === null) {
    throw new Failure(
      "There is nothing to upgrade: Callboard is not running from this folder. `npm start` installs, builds and starts the new version. " +
        "It keeps deliveries from its first second on.",
    );
  }
  if (running.canHandOver !== true) {
    throw new Failure(
      `The running Callboard (process ${running.process.pid}) cannot hand over. Stop it and run \`npm start\`: this keeps deliveries from its first second on.`,
    );
  }
  await takeLock(join(dataFolder, "upgrade.lock"), async (pid) => {
    throw new Failure(`Another upgrade is running (process ${pid}). Wait for it.`);
  });
  // The running version needs the processor more than the preparations do.
  setPriority(5);
  await pruneReleases(root, running.release);
  const folder = await stage(root);
  let code = 1;
  try {
    await installRelease(folder, [...(running.release === null ? [] : [running.release]), root]);
    code = await runCommand(folder, "upgrade", []);
  } finally {
    if (code === 0) {
      markServed(folder);
    } else if (runningFrom(dataFolder)?.release !== folder) {
      await pruneReleases(root, running.release);
      console.error("The running version was not changed.");
    }
  }
  return code;
}

/** Runs the command from this folder with the pinned Node. Resolves with its exit code. */
function runCommand(folder, command, rest) {
  const nodeModules = join(folder, "node_modules");
  const script = join(folder, "scripts", `${command}.ts`);
  const child = spawn(pinnedNodeOf(folder), ["--import", "tsx", script, ...rest], {
    cwd: folder,
    stdio: door === null ? "inherit" : ["inherit", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      PATH: `${join(nodeModules, ".bin")}${delimiter}${pathWithoutModules(join(root, "node_modules"))}`,
      ...(folder === root ? {} : { CALLBOARD_HOME: root, CALLBOARD_DATA_FOLDER: resolve(root, dataFolder) }),
      ...(door === null ? {} : { CALLBOARD_DOOR: "1" }),
    },
  });
  if (door !== null) {
    const { socket } = door;
    child.send({ type: "door" }, socket);
    // The web server now accepts connections from the same socket.
    child.on("message", ({ type }) => type === "serving" && closeDoor());
  }
  forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Failure(`The installed Node could not be started: ${error.message}`)));
    child.on("close", (code, signal) => resolve(signal === null ? code : 128 + constants.signals[signal]));
  });
}
