import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { readDoorSettings } from "@/scripts/bootstrap/door-settings.mjs";
import { readOrMakeSecrets } from "@/scripts/launcher/secrets";

/** The door reads the settings of `npm start` by itself, because it opens before anything is installed. */

const SECRET = "door-secret-0123456789-ABCDEFGHIJKLMNOPQRST";
const OTHER = "other-secret-9876543210-abcdefghijklmnopqrs";

let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "callboard-settings-"));
  write("package.json", '{"version": "0.1.0"}');
});
test.afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const data = () => join(folder, "data");
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const read = (env: Record<string, string> = {}) => readDoorSettings(env, data(), folder);

test("the first start makes the secret of the webhook, which the launcher keeps", () => {
  const settings = read();
  expect(settings).toMatchObject({ port: 3000, host: "127.0.0.1", spoolDirectory: join(data(), "spool") });
  expect(statSync(join(data(), "secrets.json")).mode & 0o777).toBe(0o600);
  const { webhookSecret, authSecret, cronSecret } = readOrMakeSecrets(data());
  expect(settings?.secrets).toEqual([webhookSecret]);
  expect(read()?.ownSecrets.toSorted()).toEqual([webhookSecret, authSecret, cronSecret].toSorted());
});

test("files of variables count in the order of Next.js, and what is set already counts most", () => {
  write(".env", `\uFEFFPORT=4001\nHOST=0.0.0.0\nSARJ_WEBHOOK_SECRETS=${SECRET}\nSPOOL_DIR=/srv/spool # not here`);
  write(".env.local", `\uFEFFPORT=4002\nCLIENT_IP_HEADER="X-Real-IP"`);
  expect(read({ SARJ_WEBHOOK_SECRETS: `${OTHER}, ${SECRET}`, SPOOL_DIR: " " })).toMatchObject({
    port: 4002,
    host: "0.0.0.0",
    secrets: [OTHER, SECRET],
    spoolDirectory: join(data(), "spool"),
    clientIpHeader: "x-real-ip",
  });
});

test("a secret from a file", () => {
  write("secret", `\uFEFF${SECRET}\n`);
  expect(read({ SARJ_WEBHOOK_SECRETS_FILE: join(folder, "secret") })?.secrets).toEqual([SECRET]);
  write("key", "\uFEFFthe key\r\n");
  expect(read({ SARJ_API_KEY_FILE: join(folder, "key") })?.ownSecrets).toContain("the key");
});

test("the port and the address come from no file, as in the launcher", () => {
  expect(read({ PORT_FILE: "/nowhere", HOST_FILE: "/nowhere", PORT: "4003" })).toMatchObject({ port: 4003 });
});

for (const [name, env] of Object.entries({
  "a weak secret": { SARJ_WEBHOOK_SECRETS: "short" },
  "a secret of few characters": { SARJ_WEBHOOK_SECRETS: "a".repeat(40) },
  "one weak secret beside a good one": { SARJ_WEBHOOK_SECRETS: `${SECRET},x` },
  "a port that is none": { PORT: "80a" },
  "a host that is none": { HOST: "example.com" },
  "a file that does not exist": { SARJ_WEBHOOK_SECRETS_FILE: "/nowhere" },
  Vercel: { VERCEL: "1" },
})) {
  test(`with what the launcher would refuse, the door stays closed: ${name}`, () => {
    expect(read(env)).toBeNull();
  });
}

test("a damaged file of secrets is left as it is, and the door stays closed", () => {
  read();
  writeFileSync(join(data(), "secrets.json"), "{");
  expect(read()).toBeNull();
  expect(readFileSync(join(data(), "secrets.json"), "utf8")).toBe("{");
});
