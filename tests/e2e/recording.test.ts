import type { Page } from "@playwright/test";

import { callHref } from "@/lib/call/link";
import { sendRecordedCall } from "@/tests/fixtures/recorded-call";
import { expect, test } from "@/tests/fixtures/test";
import { complete, postWebhook } from "@/tests/fixtures/webhooks";

function position(page: Page): Promise<number> {
  return page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.currentTime);
}

test.afterEach(({ vendor }) => {
  vendor.clearFaults();
});

test("a recording plays, the transcript follows it, and clicks on turns and keys seek in it", async ({
  adminPage: page,
  app,
  vendor,
  database,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  await page.goto(callHref(id));
  // The recording is not loaded before playback.
  expect(vendor.requests().filter(({ path }) => path.endsWith(`${id}.mp4`))).toEqual([]);

  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect.poll(() => position(page)).toBeGreaterThan(0.5);
  await expect(page.locator("[data-active]")).toHaveCount(1);
  await expect.poll(() => page.locator("[data-waveform] canvas").count()).toBeGreaterThan(0);

  const turns = page.getByRole("button", { name: /^Play from/ });
  // Not the last turn: on a busy machine the recording would end before the next key is pressed.
  const later = turns.nth(1);
  const [minutes = "0", seconds = "0"] = ((await later.textContent()) ?? "").trim().split(":");
  const start = Number(minutes) * 60 + Number(seconds);
  await later.click();
  await expect.poll(() => position(page)).toBeGreaterThanOrEqual(start);
  await expect(page.locator("[data-active]").last()).toContainText((await later.textContent())?.trim() ?? "");

  await page.locator("h1").click();
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  const before = await position(page);
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => position(page)).toBeCloseTo(before - 5, 0);
  await page.keyboard.press("]");
  await expect(page.getByRole("button", { name: "Speed: 1.25×" })).toBeVisible();
});

test("row 60: a recording whose URL expires while its page is open plays from its position without a message", async ({
  adminPage: page,
  app,
  vendor,
  database,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  await page.goto(`${callHref(id)}#t=5`);
  vendor.clearRequests();
  vendor.expireSignatures();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect.poll(() => position(page)).toBeGreaterThan(5.5);
  expect(vendor.requests().map(({ path, status }) => [path.endsWith(".mp4") ? "recording" : "api", status])).toEqual(
    expect.arrayContaining([
      ["recording", 400],
      ["api", 200],
      ["recording", 206],
    ]),
  );
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again" })).toHaveCount(0);
});

test("a link to a time in a recording starts playback at that time", async ({
  adminPage: page,
  app,
  vendor,
  database,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  await page.goto(`${callHref(id)}#t=7`);
  await expect(page.getByRole("slider", { name: "Position in the recording" })).toHaveValue("7");
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect.poll(() => position(page)).toBeGreaterThan(7);
});

test("row 60: expired, missing and unreachable recordings have different messages, and trying again plays", async ({
  adminPage: page,
  app,
  vendor,
  database,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  vendor.fault({ on: "recording", kind: "status", status: 503 });
  await page.goto(callHref(id));
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(page.getByText("Sarj cannot be reached")).toBeVisible();
  vendor.clearFaults();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => position(page)).toBeGreaterThan(0.2);

  await database.sql`update call_details set recording_expires_at = now() - interval '1 hour' where call_id = ${id}`;
  vendor.fault({ on: "api", kind: "status", status: 404 });
  await page.goto(callHref(id));
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(page.getByText("The recording has expired")).toBeVisible();

  await postWebhook(app, complete("silent"));
  await page.goto(callHref("silent"));
  await expect(page.getByText("Sarj did not record this call.")).toBeVisible();
  await expect(page.locator("audio")).toHaveCount(0);
});
