import { expect, test } from "@playwright/test";

import { parseStreamUrl } from "@/lib/audit-stream/target";
import { readEnv } from "@/lib/env-schema";

for (const [text, target] of [
  ["https://siem.example/in?x=1", { protocol: "https", url: "https://siem.example/in?x=1", host: "siem.example" }],
  ["http://127.0.0.1:8088/in", { protocol: "https", url: "http://127.0.0.1:8088/in", host: "127.0.0.1:8088" }],
  [
    "syslog+tls://siem.example",
    { protocol: "syslog", hostname: "siem.example", port: 6514, tls: true, host: "siem.example:6514" },
  ],
  [
    "syslog+tls://[2001:db8::1]:1514",
    { protocol: "syslog", hostname: "2001:db8::1", port: 1514, tls: true, host: "[2001:db8::1]:1514" },
  ],
  ["syslog://localhost", { protocol: "syslog", hostname: "localhost", port: 514, tls: false, host: "localhost:514" }],
  [
    "syslog://10.1.2.3:5514/",
    { protocol: "syslog", hostname: "10.1.2.3", port: 5514, tls: false, host: "10.1.2.3:5514" },
  ],
  ["syslog://[fd00::1]:514", { protocol: "syslog", hostname: "fd00::1", port: 514, tls: false, host: "[fd00::1]:514" }],
] as const) {
  test(`${text} is a receiver`, () => {
    expect(parseStreamUrl(text)).toEqual(target);
  });
}

for (const text of [
  "",
  "siem.example:6514",
  "http://siem.example/in",
  "http://10.1.2.3/in",
  "syslog://siem.example:514",
  "syslog://203.0.113.1:514",
  "syslog://[::ffff:203.0.113.1]:514",
  "syslog://169.254.169.254:514",
  "syslog://0.0.0.0:514",
  "syslog://10.1.2.3.example.com:514",
  "syslog+tls://siem.example:0",
  "syslog+tls://siem.example:99999",
  "syslog+tls://siem.example/path",
  "syslog+tls://siem.example?query",
  "syslog+udp://siem.example",
  "https://user:secret@siem.example/in",
  "https://siem.example/in#part",
  "https://siem.example/a b",
  "file:///etc/passwd",
]) {
  test(`"${text}" is no receiver`, () => {
    expect(parseStreamUrl(text)).toBeNull();
  });
}

const VALID = {
  DATABASE_URL: "postgres://callboard@127.0.0.1:5432/callboard",
  SARJ_WEBHOOK_SECRETS: "k3Jx0PqWv8ZrT5nYb2Lc7HdS9fGmA4eU",
  AUTH_SECRET: "a-secret-that-signs-sessions-0123456789",
  APP_URL: "https://calls.example.com",
};

for (const [name, change, sentence] of [
  ["plain http", { AUDIT_STREAM_URL: "http://siem.example" }, /^AUDIT_STREAM_URL must be https:/],
  ["a token for syslog", { AUDIT_STREAM_URL: "syslog://[::1]", AUDIT_STREAM_TOKEN: "x" }, /^AUDIT_STREAM_TOKEN needs/],
  ["a token alone", { AUDIT_STREAM_TOKEN: "x" }, /^AUDIT_STREAM_TOKEN needs/],
  [
    "a token with a line break inside",
    { AUDIT_STREAM_URL: "https://siem.example", AUDIT_STREAM_TOKEN: "x\ny" },
    /^AUDIT_STREAM_TOKEN must be/,
  ],
] as const) {
  test(`the environment is refused with ${name}, and the problem quotes no value`, () => {
    const result = readEnv({ ...VALID, ...change });
    expect(result).toMatchObject({ ok: false, problems: [expect.stringMatching(sentence) as unknown] });
  });
}
