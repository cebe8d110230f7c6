import { startApp } from "@/tests/fixtures/app";
import { expect, test } from "@/tests/fixtures/test";

test("security.txt says where to report a vulnerability, until when it is valid, and at which address", async ({
  app,
  database: { url: databaseUrl },
}) => {
  const answer = await fetch(`${app.url}/.well-known/security.txt`);
  expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  const text = await answer.text();
  expect(text.split("\n")).toEqual([
    "Contact: mailto:security@localhost",
    expect.stringMatching(/^Expires: \d{4}-\d\d-\d\dT00:00:00\.000Z$/),
    "Preferred-Languages: en, ar",
    `Canonical: ${app.url}/.well-known/security.txt`,
    "",
  ]);
  const expires = Date.parse(/Expires: (.*)/.exec(text)?.[1] ?? "");
  expect(expires).toBeGreaterThan(Date.now());
  expect(expires).toBeLessThan(Date.now() + 365 * 24 * 60 * 60 * 1000);

  const env = { SECURITY_CONTACT: "safe@example.com, https://example.com/report" };
  const other = await startApp({ databaseUrl, env });
  try {
    const contacts = (await (await fetch(`${other.url}/.well-known/security.txt`)).text()).match(/^Contact: .*$/gm);
    expect(contacts).toEqual(["Contact: mailto:safe@example.com", "Contact: https://example.com/report"]);
    // What the runtime and the framework print is an event without text. Nothing of this prints anything.
    await fetch(`${other.url}/sign-in`);
    await fetch(`${other.url}/api/auth/sign-in/email`, { method: "POST", body: "{}" });
    expect(other.logs()).not.toContain('"event":"console"');
  } finally {
    await other.stop();
  }
});
