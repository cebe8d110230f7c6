import { createHash, randomBytes } from "node:crypto";

import type { Page } from "@playwright/test";

import { startApp } from "@/tests/fixtures/app";
import { createDatabase } from "@/tests/fixtures/database";
import { ADMIN } from "@/tests/fixtures/environment";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { PASSWORD } from "@/tests/fixtures/users";
import {
  type Control,
  expectToSurviveAnOutage,
  goto,
  press,
  shows,
  testWithoutConnection,
  type World,
} from "@/tests/fixtures/without-connection";

const password = (page: Page) => page.getByLabel("Password", { exact: true });

/** Stores a one-time link as an administrator's action does. Returns its token. */
async function addLink({ sql, person }: World, purpose: "invite" | "reset"): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await sql`insert into one_time_links (token_hash, user_id, purpose, created_by, expires_at)
    select ${createHash("sha256").update(token).digest("hex")}, ${person.id}, ${purpose}, id, now() + interval '1 day'
    from "user" where email = ${ADMIN.email}`;
  return token;
}

const CONTROLS: Control[] = [
  {
    name: "signing out from the user menu",
    open: goto("/deliveries"),
    act: async (page) => {
      await page.getByRole("button", { name: /Account/ }).click();
      await page.getByRole("menuitem", { name: "Sign out" }).click();
    },
    done: (page) => expect(page).toHaveURL(/\/sign-in$/),
  },
  {
    name: "the form for one's name",
    open: async ({ page }) => {
      await page.goto("/settings/account");
      await page.getByLabel("Your name").fill("Ada Lovelace");
    },
    act: press("Save"),
    typed: (page) => [[page.getByLabel("Your name"), "Ada Lovelace"]],
    done: shows("Your name was saved."),
  },
  {
    name: "the form for a new password",
    open: async ({ page }) => {
      await page.goto("/settings/account");
      await page.getByLabel("Current password").fill("not the password");
      await page.getByLabel("New password").fill("a completely new one");
    },
    act: press("Change password"),
    typed: (page) => [
      [page.getByLabel("Current password"), "not the password"],
      [page.getByLabel("New password"), "a completely new one"],
    ],
    done: shows("Incorrect current password."),
  },
  {
    name: "the dialog that asks for the password",
    open: async ({ page }) => {
      await page.goto("/settings/account");
      await page.getByRole("button", { name: "Set up…" }).click();
      await page.getByLabel("Your password").fill("not the password");
    },
    act: (page) => page.getByRole("dialog").getByRole("button", { name: "Set up" }).click(),
    typed: (page) => [[page.getByLabel("Your password"), "not the password"]],
    done: shows("Incorrect current password."),
  },
  {
    name: "ending one's other sessions",
    open: async ({ page, app }) => {
      await signIn(app.url);
      await page.goto("/settings/account");
    },
    act: press("End all others"),
    done: shows(/other sessions? ha(s|ve) ended/),
  },
  {
    name: "signing out everywhere",
    open: async ({ page }) => {
      await page.goto("/settings/account");
      await page.getByRole("button", { name: "Sign out everywhere…" }).click();
    },
    act: press("Sign out everywhere"),
    done: (page) => expect(page).toHaveURL(/\/sign-in$/),
  },
  {
    name: "the sign-in form",
    signedOut: true,
    open: async ({ page }) => {
      await page.goto("/sign-in");
      await page.getByLabel("E-mail").fill(ADMIN.email);
      await password(page).fill(ADMIN.password);
    },
    act: press("Sign in"),
    typed: (page) => [
      [page.getByLabel("E-mail"), ADMIN.email],
      [password(page), ADMIN.password],
    ],
    done: (page) => expect(page).toHaveURL(/:\d+\/$/),
  },
  {
    name: "the form for the second step of signing in",
    signedOut: true,
    open: async ({ page, sql, person }) => {
      await sql`update "user" set two_factor_enabled = true where id = ${person.id}`;
      await page.goto("/sign-in");
      await page.getByLabel("E-mail").fill(person.email);
      await password(page).fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.getByLabel("Six-digit code").fill("123456");
    },
    act: press("Confirm"),
    typed: (page) => [[page.getByLabel("Six-digit code"), "123456"]],
    // This user has no secret, so the sign-in starts again with an error.
    done: (page) => expect(page).toHaveURL(/error=code_expired/),
  },
  {
    name: "the form that accepts an invitation",
    signedOut: true,
    open: async (world) => {
      await world.sql`update "user" set activated_at = null where id = ${world.person.id}`;
      await world.page.goto(`/invite/${await addLink(world, "invite")}`);
      await world.page.getByLabel("Your name").fill("Sara Ahmed");
      await password(world.page).fill("a password of my own");
    },
    act: press("Join and sign in"),
    typed: (page) => [
      [page.getByLabel("Your name"), "Sara Ahmed"],
      [password(page), "a password of my own"],
    ],
    done: (page) => expect(page).toHaveURL(/:\d+\/$/),
  },
  {
    name: "the form that resets a password",
    signedOut: true,
    open: async (world) => {
      await world.page.goto(`/reset/${await addLink(world, "reset")}`);
      await world.page.getByLabel("New password").fill("another password entirely");
    },
    act: press("Save and sign in"),
    typed: (page) => [[page.getByLabel("New password"), "another password entirely"]],
    done: (page) => expect(page).toHaveURL(/:\d+\/$/),
  },
];

CONTROLS.forEach(testWithoutConnection);

test("without a connection, the set-up form shows a message and can be repeated", async ({ page, context }) => {
  test.slow();
  const database = await createDatabase();
  const app = await startApp({ databaseUrl: database.url, env: { ADMIN_EMAIL: undefined, ADMIN_PASSWORD: undefined } });
  try {
    const fields: [string, string][] = [
      ["Setup code", "TEST-SETUP-CODE"],
      ["Your name", "Sara"],
      ["E-mail", "sara@callboard.example"],
      ["Password", "a long enough sentence"],
    ];
    await page.goto(`${app.url}/setup`);
    for (const [label, value] of fields) {
      await page.getByLabel(label, { exact: true }).fill(value);
    }
    await expectToSurviveAnOutage(page, context, {
      name: "the set-up form",
      open: () => Promise.resolve(),
      act: press("Create administrator and sign in"),
      typed: () => fields.map(([label, value]) => [page.getByLabel(label, { exact: true }), value]),
      done: () => expect(page).toHaveURL(`${app.url}/`),
    });
  } finally {
    await app.stop();
    await database.close();
  }
});
