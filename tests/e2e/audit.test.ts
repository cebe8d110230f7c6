import { callHref } from "@/lib/call/link";
import { generateCall } from "@/scripts/simulator/generate";
import { sendCall } from "@/scripts/simulator/traffic";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";

test.beforeEach(async ({ database }) => {
  await database.empty();
});

test("the audit log, its export and the page of the call show who listened to a recording", async ({
  adminPage,
  browser,
  app,
  vendor,
  database: { sql },
}) => {
  const call = generateCall({ seed: "heard", endedAt: Date.now() - 600_000, outcome: "complete", recorded: true });
  await sendCall({ webhookUrl: app.webhookUrl, vendor, call });
  const omar = await addUser(sql, "operator", { name: "Omar" });
  const context = await browser.newContext({ baseURL: app.url });
  await context.addCookies(await signIn(app.url, omar));
  const page = await context.newPage();
  await page.goto(callHref(call.id));
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect
    .poll(() => page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.currentTime))
    .toBeGreaterThan(0.3);
  await context.close();

  await adminPage.goto("/settings/audit");
  await adminPage.getByLabel("Call", { exact: true }).fill(call.id);
  await adminPage.getByRole("combobox", { name: "What" }).click();
  await adminPage.getByRole("option", { name: "Listened", exact: false }).first().click();
  await adminPage.getByRole("button", { name: "Apply" }).click();
  await expect(adminPage).toHaveURL(new RegExp(`call_id=${call.id}`));
  const events = adminPage.getByRole("region", { name: "Audit" }).getByRole("row");
  await expect(events).toHaveCount(2);
  await expect(events.nth(1)).toContainText("Omar");
  await expect(events.nth(1).getByRole("link")).toHaveAttribute("href", callHref(call.id));

  await adminPage.goto("/settings/audit?action=sign_in");
  await expect(events.filter({ hasText: "Omar" })).toContainText("Method: password");

  await adminPage.goto(`/settings/audit?action=recording_listened&call_id=${call.id}`);
  const download = adminPage.waitForEvent("download");
  await adminPage.getByRole("link", { name: "Export CSV" }).click();
  const file = await (await download).createReadStream();
  const csv = (await file.toArray()).join("");
  expect(csv).toContain(`Omar,${omar.email}`);
  expect(csv.trim().split("\r\n")).toHaveLength(2);

  await adminPage.goto(callHref(call.id));
  await adminPage.getByText("Who viewed, heard or changed it").click();
  await expect(adminPage.getByRole("listitem").filter({ hasText: "Omar" })).toContainText("listened to the recording");
});
