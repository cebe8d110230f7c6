import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";

import { install, isInstalled } from "./installation.mjs";
import { Failure, readOrUndefined } from "./processes.mjs";

/**
 * A release is a copy of the project with its own dependencies and its own build, in `.releases/<time>`. `npm run upgrade` prepares one beside the
 * running Callboard, which loads parts of its build and its dependencies on demand: nothing may replace these while it runs.
 */

const RELEASES = ".releases";
/** Written when the web server of the release has taken over. */
const MARK = ".served";
/**
 * What the program consists of: these folders, and the files of code and configuration beside them. Nothing else is copied: in the folder of
 * the project may also be the spool, the data and dumps of the database, and a copy would keep what is deleted there.
 */
const FOLDERS = new Set(["app", "components", "db", "lib", "public", "scripts", "server"]);
const FILES = /^(?:\.npmrc|[a-z][^/]*\.(?:ts|mts|js|mjs|cjs)|(?:package|package-lock|tsconfig|vercel)\.json)$/;

/** Copies the program and returns the folder of the copy. Throws a Failure if it cannot, such as on a full disk, and leaves nothing there. */
export async function stage(root) {
  const folder = join(root, RELEASES, new Date().toISOString().replaceAll(/\D/g, ""));
  try {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(root).filter((entry) => FOLDERS.has(entry) || FILES.test(entry))) {
      // Not `cpSync`, which ends the process if a folder cannot be made.
      await cp(join(root, name), join(folder, name), { recursive: true, verbatimSymlinks: true });
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new Failure(
      `The project cannot be copied to ${folder} (${error.code ?? error.message}). The running version was not changed.`,
    );
  }
  return folder;
}

/** Installs the dependencies of a release: as hard links to those of `other` folders if one has the same, else with npm. */
export async function installRelease(folder, others) {
  const wanted = readOrUndefined(join(folder, "package-lock.json"));
  const same = others.find(
    (other) => readOrUndefined(join(other, "package-lock.json")) === wanted && isInstalled(other),
  );
  if (same !== undefined) {
    try {
      linkTree(join(same, "node_modules"), join(folder, "node_modules"));
      return;
    } catch {
      // Not every file system has hard links.
      await rm(join(folder, "node_modules"), { recursive: true, force: true });
    }
  }
  await install(folder);
}

function linkTree(from, to) {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      if (entry.name !== ".cache") {
        linkTree(source, target);
      }
    } else if (entry.isSymbolicLink()) {
      symlinkSync(readlinkSync(source), target);
    } else {
      linkSync(source, target);
    }
  }
}

/** Remembers that the release serves, so that the next start uses it and no later upgrade deletes it. */
export function markServed(folder) {
  writeFileSync(join(folder, MARK), "");
}

/** The newest release that has served and has the dependencies of the project as it is now; null if there is none. */
export function currentRelease(root) {
  const wanted = readOrUndefined(join(root, "package-lock.json"));
  const [newest] = releasesIn(root)
    .filter((folder) => existsSync(join(folder, MARK)))
    .sort()
    .toReversed();
  return newest !== undefined && readOrUndefined(join(newest, "package-lock.json")) === wanted ? newest : null;
}

/**
 * Makes the dependencies and the build of the current release those of the project, so that the start after an upgrade need not install and
 * build again. Only while nothing runs from the project.
 */
export async function adoptRelease(root, buildFolder) {
  const release = currentRelease(root);
  if (release !== null) {
    moveInto(root, release, isInstalled(root) ? [buildFolder] : ["node_modules", buildFolder]);
  }
  await pruneReleases(root);
}

function moveInto(root, release, names) {
  try {
    for (const name of names) {
      const [from, to] = [join(release, name), join(root, name)];
      if (existsSync(from)) {
        if (existsSync(to)) {
          renameSync(to, `${from}.replaced`);
        }
        renameSync(from, to);
      }
    }
  } catch {
    // Another command does the same at this moment. What is missing is installed and built.
  }
}

/** Deletes all releases but `kept`. */
export async function pruneReleases(root, kept = null) {
  for (const folder of releasesIn(root).filter((entry) => entry !== kept)) {
    await rm(folder, { recursive: true, force: true });
  }
}

function releasesIn(root) {
  const folder = join(root, RELEASES);
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}
