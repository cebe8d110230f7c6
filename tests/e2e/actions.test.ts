import { createHash, randomBytes } from "node:crypto";

import type { BrowserContext, Locator, Page } from "@playwright/test";
import type postgres from "postgres";

import { callHref } from "@/lib/call/link";
import { type App, startApp } from "@/tests/fixtures/app";
import { createDatabase } from "@/tests/fixtures/database";
import { ADMIN } from "@/tests/fixtures/environment";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser, PASSWORD, type TestUser } from "@/tests/fixtures/users";
import { complete } from "@/tests/fixtures/webhooks";

/**
 * Without a connection, every control that calls a server action shows a message, keeps the typed text, and works once the connection
 * is restored.
 */

type World = { page: Page; app: App; sql: postgres.Sql; person: TestUser };

type Control = {
  name: string;
  /** Whether the control is tested without a session. */
  signedOut?: true;
  /** Loads the page and fills in the control. */
  open: (world: World) => Promise<void>;
  act: (page: Page) => Promise<void>;
  /** Fields and their values, which must be kept after the failure. */
  typed?: (page: Page) => [Locator, string][];
  /** Waits for the result of the action. */
  done: (page: Page) => Promise<void>;
};

const password = (page: Page) => page.getByLabel("Password", { exact: true });
const press = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name, exact: true }).click();
const shows = (text: string | RegExp) => (page: Page) => expect(page.getByText(text).first()).toBeVisible();
const goto =
  (path: string) =>
  async ({ page }: World) => {
    await page.goto(path);
  };

async function openCall({ page, app }: World): Promise<void> {
  expect((await fetch(app.webhookUrl, { method: "POST", body: JSON.stringify(complete("one")) })).status).toBe(200);
  await page.goto(callHref("one"));
}

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
    name: "revealing a number",
    open: async (world) => {
      await world.sql`insert into organization (mask_numbers) values (true)`;
      // The application caches the setting for some seconds.
      await expect(async () => {
        await openCall(world);
        await expect(world.page.getByRole("button", { name: "Reveal", exact: true })).toBeVisible({ timeout: 500 });
      }).toPass();
    },
    act: press("Reveal"),
    done: shows("+966500000001"),
  },
  {
    name: "the switch that masks numbers",
    open: goto("/settings/privacy"),
    act: async (page) => {
      await page.getByRole("switch").click();
    },
    done: shows(/Numbers are masked until revealed|Operators see numbers immediately/),
  },
  {
    name: "the erasure form",
    open: async (world) => {
      await world.page.goto("/settings/privacy");
      await world.page.getByLabel("Phone number").fill("+966500000001");
    },
    act: press("Look up"),
    typed: (page) => [[page.getByLabel("Phone number"), "+966500000001"]],
    done: shows("Erase \u2068+…01\u2069?"),
  },
  {
    name: "the retention form",
    open: async ({ page }) => {
      await page.goto("/settings/privacy");
      await page.getByLabel("Calls (days)").fill("3000");
    },
    act: press("Preview what would be deleted"),
    typed: (page) => [[page.getByLabel("Calls (days)"), "3000"]],
    done: shows("Apply these rules?"),
  },
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
    name: "a decision about a call",
    open: async (world) => {
      await openCall(world);
      await world.page.getByRole("radio", { name: /follow-up/ }).check();
      await world.page.getByLabel("Note").fill("call again on Sunday");
    },
    act: press("Save decision"),
    typed: (page) => [[page.getByLabel("Note"), "call again on Sunday"]],
    done: shows(/^Saved: /),
  },
  {
    name: "marking a call as a test",
    open: openCall,
    act: async (page) => {
      await page.getByRole("button", { name: "More about this call" }).click();
      await page.getByRole("menuitem", { name: "Mark as a test" }).click();
    },
    done: shows("Marked as a test and excluded from statistics"),
  },
  {
    name: "replaying a delivery",
    open: async (world) => {
      await openCall(world);
      const [delivery] = await world.sql<{ id: string }[]>`select id from deliveries`;
      await world.page.goto(`/deliveries/${delivery?.id}`);
      await world.page.getByRole("button", { name: "Replay", exact: true }).click();
    },
    act: (page) =>
      page
        .getByRole("dialog")
        .getByRole("button", { name: /^(Replay|Continue)$/ })
        .click(),
    done: shows("1 delivery replayed"),
  },
  {
    name: "showing the webhook URL",
    open: goto("/settings/vendor"),
    act: press("Show"),
    done: (page) => expect(page.getByRole("button", { name: "Hide" })).toBeVisible(),
  },
  {
    name: "sending a test call",
    open: goto("/settings/vendor"),
    act: press("Send a test call"),
    done: shows(/answered in/),
  },
  {
    name: "testing the API",
    open: goto("/settings/vendor"),
    act: press("Test the connection"),
    done: shows("The key is accepted"),
  },
  {
    name: "starting an import",
    open: async ({ page }) => {
      await page.goto("/settings/import");
      await page.getByRole("textbox", { name: "Call IDs" }).fill("nobody-knows-it");
    },
    act: press(/^Start import/),
    typed: (page) => [[page.getByRole("textbox", { name: "Call IDs" }), "nobody-knows-it"]],
    done: (page) => expect(page).toHaveURL(/\/settings\/import\/[0-9a-f-]{36}$/),
  },
  {
    name: "the invitation form",
    open: async ({ page }) => {
      await page.goto("/settings/users");
      await page.getByRole("button", { name: "Invite someone" }).click();
      await page.getByLabel("E-mail").fill("sara@callboard.example");
      await page.getByLabel(/^Name/).fill("Sara");
      await page.getByRole("radio", { name: /Administrator/ }).check();
    },
    act: press("Create invitation"),
    typed: (page) => [
      [page.getByLabel("E-mail"), "sara@callboard.example"],
      [page.getByLabel(/^Name/), "Sara"],
      [page.getByRole("radio", { checked: true }), "administrator"],
    ],
    done: (page) => expect(page.getByLabel("Link", { exact: true })).toHaveValue(/\/invite\//),
  },
  {
    name: "changing a user's role",
    open: async ({ page, person }) => {
      await page.goto("/settings/users");
      const row = page.getByRole("row").filter({ hasText: person.email });
      await row.getByRole("button", { name: /^Actions for/ }).click();
      await page.getByRole("menuitem", { name: "Change role…" }).click();
      await page.getByRole("radio", { name: /Operator/ }).check();
    },
    act: press("Change role"),
    typed: (page) => [[page.getByRole("radio", { checked: true }), "operator"]],
    done: (page) => expect(page.getByRole("dialog")).toBeHidden(),
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
    name: "the organization's form",
    open: async ({ page }) => {
      await page.goto("/settings");
      await page.getByLabel("Name").fill("Al Noor Clinics");
      await page.getByRole("combobox", { name: "Time zone" }).fill("Karachi");
      await page.getByRole("option", { name: /Asia\/Karachi/ }).click();
    },
    act: press("Save"),
    typed: (page) => [
      [page.getByLabel("Name"), "Al Noor Clinics"],
      [page.getByRole("combobox", { name: "Time zone" }), "Karachi"],
    ],
    done: shows("Saved"),
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

async function expectToSurviveAnOutage(page: Page, context: BrowserContext, { act, typed, done }: Control) {
  const url = page.url();
  await context.setOffline(true);
  await act(page);
  await expect(
    page.getByText("Callboard cannot be reached. Check your connection and try again.").first(),
  ).toBeVisible();
  for (const [field, value] of typed?.(page) ?? []) {
    await expect(field).toHaveValue(new RegExp(value.replaceAll(/[.+]/g, String.raw`\$&`)));
  }
  expect(page.url()).toBe(url);
  await context.setOffline(false);
  await act(page);
  await done(page);
}

for (const control of CONTROLS) {
  test(`without a connection, ${control.name} shows a message and can be repeated`, async ({
    page,
    context,
    app,
    database,
    adminCookies,
  }) => {
    const { sql } = database;
    await database.empty();
    await sql`delete from "user" where email <> ${ADMIN.email}`;
    const person = await addUser(sql, "viewer");
    if (control.signedOut !== true) {
      await context.addCookies(adminCookies);
    }
    await control.open({ page, app, sql, person });
    await expectToSurviveAnOutage(page, context, control);
  });
}

test("after an update of Callboard, an action of the old page asks for a reload and keeps the typed text", async ({
  adminPage: page,
}) => {
  await page.goto("/settings/account");
  await page.getByLabel("Your name").fill("Ada Lovelace");
  await page.route("**/settings/account", (route) =>
    route.request().method() === "POST"
      ? // The answer of Next to an action that its build does not contain.
        route.fulfill({ status: 404, headers: { "x-nextjs-action-not-found": "1" }, body: "" })
      : route.continue(),
  );
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Callboard was updated. Reload the page and try again.")).toBeVisible();
  await expect(page.getByLabel("Your name")).toHaveValue("Ada Lovelace");
});

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
