import { request } from "@playwright/test";

import { addNotice } from "@/db/people/notices";
import { type App, startApp } from "@/tests/fixtures/app";
import { signIn } from "@/tests/fixtures/sign-in";
import { type SmtpServer, startSmtpServer } from "@/tests/fixtures/smtp-server";
import { expect, test } from "@/tests/fixtures/test";
import { addUser, type TestUser } from "@/tests/fixtures/users";

let smtp: SmtpServer;
let app: App;

test.beforeAll(async ({ database }) => {
  smtp = await startSmtpServer();
  app = await startApp({
    databaseUrl: database.url,
    env: { SMTP_URL: smtp.url, MAIL_FROM: "Callboard <callboard@mail.example>" },
  });
  await expect.poll(() => database.sql`select 1 from "user"`, { timeout: 30_000 }).not.toHaveLength(0);
});

test.afterAll(async () => {
  await app.stop();
  await smtp.close();
});

test.beforeEach(async ({ database: { sql } }) => {
  await sql`delete from rate_limit`;
  await sql`delete from notices`;
  smtp.mails.length = 0;
  smtp.refuse(null);
});

/** Runs the jobs that are due, as a cron does. */
async function runJobs(): Promise<void> {
  const client = await request.newContext({ baseURL: app.url });
  const answer = await client.post("/api/jobs", {
    headers: { authorization: "Bearer test-cron-secret-0123456789" },
  });
  expect(answer.status()).toBe(200);
  await client.dispose();
}

function addDue({ id }: TestUser) {
  return addNotice({ userId: id, kind: "role_changed", detail: { role: "operator", by: "Sara <b>" }, byMail: true });
}

/** The decoded parts of a message. */
function partsOf(data: string): string[] {
  return data.split(/\n--[^\n]+\n?/).map((part) => {
    const [head = "", body = ""] = part.split(/\n\n([\s\S]*)/);
    return /base64/.test(head)
      ? Buffer.from(body, "base64").toString("utf8")
      : Buffer.from(
          body
            .replaceAll("=\n", "")
            .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
          "latin1",
        ).toString("utf8");
  });
}

test("a sign-in from a new device is mailed after the answer, in both languages, and the log holds no address", async ({
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer");
  await signIn(app.url, person);
  expect(smtp.mails).toEqual([]);
  await signIn(app.url, person);
  await expect.poll(() => smtp.mails.length).toBe(1);
  const [mail] = smtp.mails;
  expect(mail).toMatchObject({ from: "callboard@mail.example", to: person.email });
  const parts = partsOf(mail?.data ?? "").join("\n");
  expect(parts).toContain("Sign-in from a new device");
  expect(parts).toContain("تسجيل دخول من جهاز جديد");
  expect(parts).toContain('<div lang="ar" dir="rtl">');
  expect(parts).toContain(`${app.url}/settings/account`);
  await expect
    .poll(() => sql`select 1 from notices where mailed_at is not null and mail_due_at is null`)
    .toHaveLength(1);
  await runJobs();
  expect(smtp.mails).toHaveLength(1);
  expect(app.logs()).not.toContain(person.email);
});

test("a mail that the server cannot take now is sent later; one that it refuses for good is given up", async ({
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer");
  const state = async () => {
    const rows = await sql`select mail_tries as tries, mail_due_at > now() as later, mailed_at is not null as sent
      from notices where user_id = ${person.id}`;
    return rows[0];
  };
  smtp.refuse("451 4.3.0 try again later");
  await addDue(person);
  await runJobs();
  await expect.poll(state).toEqual({ tries: 1, later: true, sent: false });
  smtp.refuse(null);
  await sql`update notices set mail_due_at = now()`;
  await runJobs();
  await expect.poll(state).toEqual({ tries: 2, later: null, sent: true });
  const parts = partsOf(smtp.mails[0]?.data ?? "").join("\n");
  expect(parts).toContain("Changed by \u2068Sara &lt;b&gt;\u2069.");
  expect(parts).not.toContain("<b>.<");

  await sql`delete from notices`;
  smtp.refuse("550 5.1.1 no such user");
  await addDue(person);
  await runJobs();
  await expect.poll(state).toEqual({ tries: 1, later: null, sent: false });
  expect(app.logs()).toContain('"event":"mail_failed","error_code":"EENVELOPE","status":550');
  expect(app.logs()).not.toContain(person.email);
});

test("a deactivated user is told nothing, and what was due before is not sent", async ({ database: { sql } }) => {
  const person = await addUser(sql, "viewer");
  await addDue(person);
  await sql`update "user" set deactivated_at = now() where id = ${person.id}`;
  expect(await addDue(person)).toBe(false);
  await runJobs();
  await expect.poll(() => sql`select 1 from notices where mail_due_at is not null`).toHaveLength(0);
  expect(smtp.mails).toEqual([]);
});
