import { ORGANIZATION_DEFAULTS, saveOrganization } from "@/db/organization/settings";
import { issueLink } from "@/db/people/one-time-links";
import { hashToken, makeToken } from "@/lib/people/one-time-token";
import { guessableProblem } from "@/server/auth/guessable-password";
import { forgetOrganization, getOrganization } from "@/server/organization";
import { startApp } from "@/tests/fixtures/app";
import { actionsOfBuild } from "@/tests/fixtures/build";
import { createDatabase } from "@/tests/fixtures/database";
import { formOf } from "@/tests/fixtures/form";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";

const PERSON = { name: "Noura Al-Harbi", email: "noura.alharbi@example.com" };

test.beforeAll(async ({ database }) => {
  await database.empty();
  await saveOrganization({ ...ORGANIZATION_DEFAULTS, name: "Najd Collections" });
  // A page does not wait long for the settings, and keeps the last ones.
  await expect
    .poll(async () => {
      forgetOrganization();
      return (await getOrganization()).name;
    })
    .toBe("Najd Collections");
});

test.afterAll(async ({ database }) => {
  await database.empty();
  forgetOrganization();
});

for (const password of [
  "password1234",
  "Password1234!",
  "P@ssw0rdP@ssw0rd",
  "１２３４５６７８９０１２",
  "1q2w3e4r5t6y",
  "qwertyuiop123",
  "iloveyou1234",
  "aaaaaaaaaaaaaa",
  "abcdefghijkl",
  "passwordpassword".repeat(8),
]) {
  test(`the password "${password.slice(0, 20)}" is refused as common`, async () => {
    expect(await guessableProblem(password, PERSON)).toBe("passwordCommon");
  });
}

for (const password of [
  "najdcollections",
  "Najd Collections 2026",
  "NajdNajdNajd1",
  "noura.alharbi",
  "nouraalharbi1",
  "NouraNoura2026",
  "callboard1234",
  "sarjcallboard1",
  "N a j d C o l l e c t i o n s",
  "N@jd-C0llect10ns!",
  "Najd-Collections-2026-!!",
  "Password@Najd2026",
  "Najd2026Najd2027",
  "callb0ard-sarj-2026",
]) {
  test(`the password "${password}" is refused as made of the person's or the organization's words`, async () => {
    expect(await guessableProblem(password, PERSON)).toBe("passwordOwnWords");
  });
}

for (const [name, password] of [
  ["Société Générale", "societe-generale-26"],
  ["Nájd İletişim", "NAJDİLETİŞİM2026"],
  ["شركة نجد للتحصيل", "شَرِكَة نَجْد للتَحصيل"],
  ["مؤسسة أحمد الأهلي", "موسسه احمد الاهلى ٢٠٢٦"],
] as const) {
  test(`the password "${password}" is refused as a spelling of ${name}`, async () => {
    expect(await guessableProblem(password, { ...PERSON, name })).toBe("passwordOwnWords");
  });
}

for (const password of [
  "correct horse battery staple",
  "another password entirely",
  "كلمة سر طويلة لا يعرفها أحد",
  "fK3-plum-harbour",
  "Noura walks to the harbour",
  "noura-plum-kettle-42",
]) {
  test(`the password "${password}" is accepted`, async () => {
    expect(await guessableProblem(password, PERSON)).toBeNull();
  });
}

test("the passwords that a person tries are limited on the account page and on a link, because each estimate takes time", async ({
  app,
  request,
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer");
  const cookie = cookieHeader(await signIn(app.url, person));
  const token = makeToken();
  const issuer = await addUser(sql, "administrator");
  await issueLink({ userId: person.id, tokenHash: hashToken(token), hours: 1, createdBy: issuer.id });
  const answerOf = async (name: string, fields: Record<string, string>) => {
    const action = actionsOfBuild().find((found) => found.name.endsWith(`#${name}`));
    const headers = { cookie, origin: app.url, "next-action": action?.id ?? "" };
    const answer = await request.post(`${app.url}${action?.url}`, { headers, multipart: formOf(fields) });
    return /passwordOwnWords|tooMany/.exec(await answer.text())?.[0];
  };
  const password = "callboard1234";
  const change = () => answerOf("changePassword", { current: "not the password", password });
  const redeem = () => answerOf("redeem", { token, purpose: "reset", password });
  expect([await change(), await redeem()]).toEqual(["passwordOwnWords", "passwordOwnWords"]);
  await sql`update rate_limit set count = 20 where key like 'password:chosen:%'`;
  expect([await change(), await redeem()]).toEqual(["tooMany", "tooMany"]);
});

test("the environment cannot give the first administrator a password that a page would refuse", async () => {
  const database = await createDatabase();
  const app = await startApp({ databaseUrl: database.url, env: { ADMIN_PASSWORD: "callboard1234" } });
  try {
    await expect.poll(app.logs).toContain('"event":"first_administrator_refused","reason":"passwordOwnWords"');
    expect(await database.sql`select 1 from "user"`).toHaveLength(0);
  } finally {
    await app.stop();
    await database.close();
  }
});
