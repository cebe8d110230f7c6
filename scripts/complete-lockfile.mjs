/**
 * `npm run lock` completes package-lock.json. Run it after every change of dependencies.
 *
 * If a registry mirrors only a part of npm (for example only packages for Linux), `npm install` writes a package-lock.json
 * without the optional packages of other platforms, and `npm ci` then rejects that file on every machine. This script adds the
 * missing entries. It takes the version from the parent's requirement and the platform from the package's name. These entries have
 * no integrity hash; npm checks the hashes of all other packages.
 *
 * `--check` changes nothing and exits with code 1 if an entry is missing.
 */
import { readFileSync, writeFileSync } from "node:fs";

const OS = ["darwin", "linux", "win32", "freebsd", "android", "openharmony"];
const CPU = ["arm64", "x64", "ia32", "ppc64", "s390x", "riscv64", "arm", "wasm32", "loong64"];
const LIBC = { gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" };

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const missing = missingOptionalPackages(lock.packages);

if (process.argv.includes("--check")) {
  if (missing.size > 0) {
    console.error(`package-lock.json lacks ${[...missing.keys()].join(", ")}: run \`npm run lock\``);
    process.exit(1);
  }
} else if (missing.size > 0) {
  const packages = { ...lock.packages };
  for (const [name, entry] of missing) {
    packages[`node_modules/${name}`] = entry;
  }
  lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, "en")));
  writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`Added ${missing.size} optional packages of other platforms to package-lock.json`);
}

function missingOptionalPackages(packages) {
  const found = new Map();
  for (const [path, parent] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (!resolves(packages, path, name)) {
        const { cpu, libc, os } = platformOf(name);
        // The fields are in npm's order, so that the next `npm install` does not change the entry.
        found.set(name, { version: version.replace(/^[\^~]/, ""), cpu, dev: parent.dev, libc, optional: true, os });
      }
    }
  }
  return found;
}

/** Whether Node finds the package in a node_modules folder between `from` and the root. */
function resolves(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (packages[folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`]) {
      return true;
    }
    if (folder === "") {
      return false;
    }
  }
}

function platformOf(name) {
  const words = name.split(/[/-]/);
  const among = (known) => {
    const named = words.filter((word) => known.includes(word));
    return named.length > 0 ? named : undefined;
  };
  return { os: among(OS), cpu: among(CPU), libc: among(Object.keys(LIBC))?.map((word) => LIBC[word]) };
}
