import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

import { chromium } from "@playwright/test";

import { Refusal, step } from "./terminal";

/** A Chromium that was seen to start. `path` undefined: Playwright's own. `sandbox` is off where the machine does not allow one. */
export type Browser = { path?: string; sandbox: boolean };

/** What was found out last time, so that the next run does not try again what takes long. */
type Memory = { browser?: Browser; downloadFailedAt?: number };

const MEMORY = ".data/browser.json";
const A_DAY = 24 * 60 * 60 * 1000;
/** Playwright downloads 110 MB and reports progress; silence means that there is no way to its server. */
const DOWNLOAD_SILENT_MILLISECONDS = 20_000;
const DOWNLOAD_MILLISECONDS = 10 * 60_000;
const INSTALL_MILLISECONDS = 10 * 60_000;
const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
const FURTHER_FOLDERS = ["/usr/bin", "/usr/local/bin", "/snap/bin"];
const FURTHER_PATHS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Without trying anything: what the environment says, what was found before, or a Chromium of the machine. null: none known. */
export function findInstalledBrowser(): Browser | null {
  const path = process.env.CHROMIUM_PATH;
  if (path) {
    return { path, sandbox: process.env.CHROMIUM_SANDBOX === "1" };
  }
  const { browser } = readMemory();
  if (browser !== undefined && (browser.path === undefined || existsSync(browser.path))) {
    return browser;
  }
  const [first] = existsSync(chromium.executablePath()) ? [] : browsersOfTheMachine();
  return first === undefined ? null : { path: first, sandbox: false };
}

/**
 * Brings a browser for the tests: CHROMIUM_PATH, else Playwright's own, downloading it if that is possible, else a Chromium of
 * the machine, else one from apt. Throws a Refusal that names what was tried.
 */
export async function ensureBrowser(): Promise<Browser> {
  if (process.env.CHROMIUM_PATH) {
    const browser = await trial(process.env.CHROMIUM_PATH);
    if (browser === null) {
      throw new Refusal(`CHROMIUM_PATH names ${process.env.CHROMIUM_PATH}, which does not start as a Chromium.`);
    }
    return browser;
  }
  const memory = readMemory();
  if (memory.browser !== undefined && (memory.browser.path === undefined || existsSync(memory.browser.path))) {
    const again = await trial(memory.browser.path);
    if (again !== null) {
      return again;
    }
  }
  const browser =
    (await trial(undefined)) ??
    (await downloaded(memory)) ??
    (await firstThatStarts(browsersOfTheMachine())) ??
    (await installedBySystem());
  if (browser === null) {
    throw new Refusal(
      "There is no browser for the tests. Playwright's own could not be downloaded or started, no Chromium or Chrome of this machine " +
        "starts, and apt-get could not install one (it needs Debian or Ubuntu, and root or sudo without a password). " +
        "Install Chromium, or set CHROMIUM_PATH to one.",
    );
  }
  remember({ ...readMemory(), browser });
  return browser;
}

async function downloaded(memory: Memory): Promise<Browser | null> {
  if (memory.downloadFailedAt !== undefined && Date.now() - memory.downloadFailedAt < A_DAY) {
    return null;
  }
  const isHere = await step("Downloading a browser for the tests", () =>
    runBounded(process.execPath, ["node_modules/playwright/cli.js", "install", "--only-shell", "chromium"], {
      milliseconds: DOWNLOAD_MILLISECONDS,
      silentMilliseconds: DOWNLOAD_SILENT_MILLISECONDS,
      env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "10000" },
    }),
  );
  const browser = isHere ? await trial(undefined) : null;
  if (browser === null) {
    console.log(`  That did not work${isHere ? " (it lacks libraries of the system)" : ""}; looking for another one.`);
    remember({ ...memory, downloadFailedAt: Date.now() });
  }
  return browser;
}

async function installedBySystem(): Promise<Browser | null> {
  const isRoot = process.getuid?.() === 0;
  const prefix = isRoot ? [] : ["sudo", "-n"];
  if (spawnSync("apt-get", ["--version"]).status !== 0 || (!isRoot && spawnSync("sudo", ["-n", "true"]).status !== 0)) {
    return null;
  }
  await step("Installing Chromium with apt-get", async () => {
    for (const task of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
      const [program = "", ...args] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", ...task];
      await runBounded(program, args, { milliseconds: INSTALL_MILLISECONDS });
    }
  });
  return firstThatStarts(browsersOfTheMachine());
}

function browsersOfTheMachine(): string[] {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...FURTHER_FOLDERS].filter((folder) => folder !== "");
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...FURTHER_PATHS];
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
    const browser = await trial(path);
    if (browser !== null) {
      return browser;
    }
  }
  return null;
}

/** Starts it and lets it compute: a file that exists may lack its libraries, or be Ubuntu's advertisement for a snap. */
async function trial(path: string | undefined): Promise<Browser | null> {
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
      // the next way
    }
  }
  return null;
}

/** True if it ended well. Ends it when it takes too long or, with `silentMilliseconds`, prints nothing for that long. */
function runBounded(
  program: string,
  args: string[],
  bounds: { milliseconds: number; silentMilliseconds?: number; env?: Record<string, string> },
): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...bounds.env } });
    const giveUp = () => child.kill("SIGTERM");
    const total = setTimeout(giveUp, bounds.milliseconds);
    let silence = setTimeout(giveUp, bounds.silentMilliseconds ?? bounds.milliseconds);
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(giveUp, bounds.silentMilliseconds ?? bounds.milliseconds);
    };
    child.stdout.on("data", heard);
    child.stderr.on("data", heard);
    const settle = (isWell: boolean) => {
      clearTimeout(total);
      clearTimeout(silence);
      resolve(isWell);
    };
    child.once("error", () => settle(false));
    child.once("close", (code) => settle(code === 0));
  });
}

function readMemory(): Memory {
  try {
    return JSON.parse(readFileSync(MEMORY, "utf8")) as Memory;
  } catch {
    return {};
  }
}

function remember(memory: Memory): void {
  mkdirSync(dirname(MEMORY), { recursive: true });
  writeFileSync(MEMORY, `${JSON.stringify(memory)}\n`);
}
