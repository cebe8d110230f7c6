import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { readEnv } from "@/lib/env-schema";
import { completeEnvironment } from "@/scripts/launcher/environment";
import { readOrMakeSecrets } from "@/scripts/launcher/secrets";

let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "environment-"));
});
test.afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const address = { port: 4000, host: "127.0.0.1" };
const DATABASE_URL = "postgres://a:b@127.0.0.1/c";

test("the application accepts the generated environment", () => {
  const secrets = readOrMakeSecrets(folder);
  const result = readEnv(completeEnvironment({ DATABASE_URL }, { address, dataFolder: folder, secrets }));
  expect(result).toMatchObject({
    ok: true,
    env: {
      SARJ_WEBHOOK_SECRETS: [secrets.webhookSecret],
      APP_URL: "http://localhost:4000",
      SPOOL_DIR: join(folder, "spool"),
    },
  });
});

test("a variable that is set keeps its value, an empty one counts as unset", () => {
  const secrets = readOrMakeSecrets(folder);
  const given = { DATABASE_URL, APP_URL: "https://calls.example.com", AUTH_SECRET: "", SPOOL_DIR: " " };
  expect(completeEnvironment(given, { address, dataFolder: folder, secrets })).toMatchObject({
    APP_URL: "https://calls.example.com",
    AUTH_SECRET: secrets.authSecret,
    SPOOL_DIR: join(folder, "spool"),
  });
});

test("writing a file does not wait for work that would occupy four of Node's threads", () => {
  const env = completeEnvironment({}, { address, dataFolder: folder, secrets: readOrMakeSecrets(folder) });
  const program = `
    const ended = [];
    for (let index = 0; index < 4; index += 1) {
      crypto.pbkdf2("password", "salt", 500_000, 64, "sha512", () => ended.push("hash"));
    }
    fs.writeFile(process.argv[1], "", () => ended.push("file"));
    process.on("exit", () => console.log(ended[0]));`;
  const first = execFileSync(process.execPath, ["-e", program, join(folder, "file")], {
    env: { ...env, NODE_ENV: "production" },
    encoding: "utf8",
  });
  expect(first.trim()).toBe("file");
});
