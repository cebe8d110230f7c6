import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { readSecretFiles } from "@/lib/env-files";
import { ENV_NAMES, readEnv } from "@/lib/env-schema";
import { completeEnvironment } from "@/scripts/launcher/environment";
import { readOrMakeSecrets } from "@/scripts/launcher/secrets";
import { startProgram } from "@/scripts/launcher/web-program";

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

test("a file of variables counts without its byte order mark, and less than what is set already", () => {
  writeFileSync(join(folder, ".env"), "\uFEFFDATABASE_URL=postgres://app@db/c\nPORT=4001\n");
  const program = `
    import { loadEnvFiles } from "./scripts/launcher/environment.ts";
    loadEnvFiles("production");
    console.log(JSON.stringify([process.env.DATABASE_URL, process.env.PORT]));`;
  const { DATABASE_URL: _, ...rest } = process.env;
  const seen = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    env: { ...rest, CALLBOARD_HOME: folder, PORT: "4002" },
    encoding: "utf8",
  });
  expect(JSON.parse(seen)).toEqual(["postgres://app@db/c", "4002"]);
});

test("the web server gets nothing back from the files that the launcher has read", () => {
  const secrets = readOrMakeSecrets(folder);
  writeFileSync(
    join(folder, ".env"),
    "AUTH_SECRET_FILE=/run/secrets/auth_secret\nDATABASE_OWNER_URL=postgres://owner@127.0.0.1/c\nSARJ_API_URL=https://api.example.com\n",
  );
  const { env } = startProgram(
    address,
    completeEnvironment({ DATABASE_URL }, { address, dataFolder: folder, secrets }),
  );
  const program = `
    require("@next/env").loadEnvConfig(process.argv[1], false, { info() {}, error() {} });
    console.log(JSON.stringify(process.env));`;
  const seen = execFileSync(process.execPath, ["-e", program, folder], { env, encoding: "utf8" });
  const files = readSecretFiles(JSON.parse(seen) as Record<string, string>, ENV_NAMES);
  expect(files.problems).toEqual([]);
  expect(files.env).not.toHaveProperty("DATABASE_OWNER_URL");
  expect(readEnv(files.env)).toMatchObject({
    ok: true,
    env: {
      AUTH_SECRET: [secrets.authSecret],
      SARJ_API_URL: "https://platform-api.sarj.ai/api/v1",
    },
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
