import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

import { chromium } from "@playwright/test";

import { CommandError } from "./command-error";
import { step } from "./terminal";

/** A Chromium that starts on this machine. Without `path` it is Playwright's. `sandbox` is false if the machine does not allow one. */
export type Browser = { path?: string; sandbox: boolean };

/** The result of the last search. It is stored, so that the next run does not repeat slow attempts. */
type LastSearch = { browser?: Browser; downloadFailedAt?: number };

const LAST_SEARCH_FILE = ".data/browser.json";
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** Playwright downloads 110 MB and prints its progress. No output means that its server cannot be reached. */
const DOWNLOAD_SILENT_MILLISECONDS = 20_000;
const DOWNLOAD_MILLISECONDS = 10 * 60_000;
const INSTALL_MILLISECONDS = 10 * 60_000;
/** The headless shell comes first because it needs less of the processor than the whole browser. */
const NAMES = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
  "chrome",
];
/** Older releases of Debian do not have the headless shell. */
const APT_PACKAGES = ["chromium-headless-shell", "chromium"];
const COMMON_FOLDERS = ["/usr/bin", "/usr/local/bin", "/snap/bin"];
const MACOS_PATHS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/**
 * Finds a browser without starting it: CHROMIUM_PATH, else the result of the last search, else a Chromium installed on the machine.
 * null: use Playwright's.
 */
export function findInstalledBrowser(): Browser | null {
  const path = process.env.CHROMIUM_PATH;
  if (path) {
    return { path, sandbox: process.env.CHROMIUM_SANDBOX === "1" };
  }
  const { browser } = readLastSearch();
  if (browser !== undefined && (browser.path === undefined || existsSync(browser.path))) {
    return browser;
  }
  const [first] = existsSync(chromium.executablePath()) ? [] : machineBrowsers();
  return first === undefined ? null : { path: first, sandbox: false };
}

/**
 * Finds a browser for the tests that starts: CHROMIUM_PATH, else the result of the last search, else Playwright's browser, downloaded
 * if needed, else a Chromium installed on the machine, else one that it installs with apt-get. Throws a CommandError that lists the
 * attempts.
 */
export async function ensureBrowser(): Promise<Browser> {
  if (process.env.CHROMIUM_PATH) {
    const browser = await tryBrowser(process.env.CHROMIUM_PATH);
    if (browser === null) {
      throw new CommandError(`CHROMIUM_PATH names ${process.env.CHROMIUM_PATH}, which does not start as Chromium.`);
    }
    return browser;
  }
  const lastSearch = readLastSearch();
  if (
    lastSearch.browser !== undefined &&
    (lastSearch.browser.path === undefined || existsSync(lastSearch.browser.path))
  ) {
    const again = await tryBrowser(lastSearch.browser.path);
    if (again !== null) {
      return again;
    }
  }
  const browser =
    (await tryBrowser(undefined)) ??
    (await downloadBrowser(lastSearch)) ??
    (await firstThatStarts(machineBrowsers())) ??
    (await installWithApt());
  if (browser === null) {
    throw new CommandError(
      "No browser for the tests was found. Playwright's browser could not be downloaded or started, no Chromium or Chrome on this machine " +
        "starts, and apt-get could not install Chromium (that needs Debian or Ubuntu, and root or sudo without a password). " +
        "Install Chromium, or set CHROMIUM_PATH to its executable.",
    );
  }
  writeLastSearch({ ...readLastSearch(), browser });
  return browser;
}

async function downloadBrowser(lastSearch: LastSearch): Promise<Browser | null> {
  if (lastSearch.downloadFailedAt !== undefined && Date.now() - lastSearch.downloadFailedAt < DAY_MILLISECONDS) {
    return null;
  }
  const isDownloaded = await step("Downloading a browser for the tests", () =>
    runWithTimeout(process.execPath, ["node_modules/playwright/cli.js", "install", "--only-shell", "chromium"], {
      milliseconds: DOWNLOAD_MILLISECONDS,
      silentMilliseconds: DOWNLOAD_SILENT_MILLISECONDS,
      env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "10000" },
    }),
  );
  const browser = isDownloaded ? await tryBrowser(undefined) : null;
  if (browser === null) {
    console.log(
      `  That did not work${isDownloaded ? " (system libraries are missing)" : ""}. Looking for another browser.`,
    );
    writeLastSearch({ ...lastSearch, downloadFailedAt: Date.now() });
  }
  return browser;
}

async function installWithApt(): Promise<Browser | null> {
  const isRoot = process.getuid?.() === 0;
  const prefix = isRoot ? [] : ["sudo", "-n"];
  if (spawnSync("apt-get", ["--version"]).status !== 0 || (!isRoot && spawnSync("sudo", ["-n", "true"]).status !== 0)) {
    return null;
  }
  return step("Installing Chromium with apt-get", async () => {
    const run = (...task: string[]) => {
      const [program = "", ...args] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", ...task];
      return runWithTimeout(program, args, { milliseconds: INSTALL_MILLISECONDS });
    };
    await run("update");
    for (const name of APT_PACKAGES) {
      const isInstalled = await run("install", "-y", "--no-install-recommends", name);
      const browser = isInstalled ? await firstThatStarts(machineBrowsers()) : null;
      if (browser !== null) {
        return browser;
      }
    }
    return null;
  });
}

function machineBrowsers(): string[] {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...COMMON_FOLDERS].filter((folder) => folder !== "");
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...MACOS_PATHS];
  return [...new Set(candidates)].filter((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function firstThatStarts(paths: string[]): Promise<Browser | null> {
  for (const path of paths) {
    const browser = await tryBrowser(path);
    if (browser !== null) {
      return browser;
    }
  }
  return null;
}

/** Starts the browser and evaluates an expression. An existing program may lack libraries, or be Ubuntu's stub for a snap. */
async function tryBrowser(path: string | undefined): Promise<Browser | null> {
  // Chromium's sandbox refuses root, and many containers refuse the sandbox.
  for (const sandbox of process.getuid?.() === 0 ? [false] : [true, false]) {
    try {
      const browser = await chromium.launch({
        ...(path === undefined ? {} : { executablePath: path }),
        chromiumSandbox: sandbox,
        timeout: 30_000,
      });
      const page = await browser.newPage();
      await page.evaluate("1 + 1");
      await browser.close();
      return { ...(path === undefined ? {} : { path }), sandbox };
    } catch {
      // Try the next setting.
    }
  }
  return null;
}

/** Runs a program and resolves with whether it succeeded. Ends it after `milliseconds`, or after `silentMilliseconds` without output. */
function runWithTimeout(
  program: string,
  args: string[],
  limits: { milliseconds: number; silentMilliseconds?: number; env?: Record<string, string> },
): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...limits.env } });
    const giveUp = () => child.kill("SIGTERM");
    const total = setTimeout(giveUp, limits.milliseconds);
    let silence = setTimeout(giveUp, limits.silentMilliseconds ?? limits.milliseconds);
    const onOutput = () => {
      clearTimeout(silence);
      silence = setTimeout(giveUp, limits.silentMilliseconds ?? limits.milliseconds);
    };
    child.stdout.on("data", onOutput);
    child.stderr.on("data", onOutput);
    const settle = (succeeded: boolean) => {
      clearTimeout(total);
      clearTimeout(silence);
      resolve(succeeded);
    };
    child.once("error", () => settle(false));
    child.once("close", (code) => settle(code === 0));
  });
}

function readLastSearch(): LastSearch {
  try {
    return JSON.parse(readFileSync(LAST_SEARCH_FILE, "utf8")) as LastSearch;
  } catch {
    return {};
  }
}

function writeLastSearch(lastSearch: LastSearch): void {
  mkdirSync(dirname(LAST_SEARCH_FILE), { recursive: true });
  writeFileSync(LAST_SEARCH_FILE, `${JSON.stringify(lastSearch)}\n`);
}
