import { callHref } from "@/lib/call/link";
import { expect, test } from "@/tests/fixtures/test";
import { complete } from "@/tests/fixtures/webhooks";
import {
  type Control,
  goto,
  press,
  shows,
  testWithoutConnection,
  type World,
} from "@/tests/fixtures/without-connection";

async function openCall({ page, app }: World): Promise<void> {
  expect((await fetch(app.webhookUrl, { method: "POST", body: JSON.stringify(complete("one")) })).status).toBe(200);
  await page.goto(callHref("one"));
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
];

CONTROLS.forEach(testWithoutConnection);

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
