import { callHref } from "@/lib/call/link";
import { accessibilityProblems } from "@/tests/fixtures/accessibility";
import { insertContacts, SAMPLE_CONTACTS } from "@/tests/fixtures/contact-rows";
import { layoutShift, watchLayoutShift } from "@/tests/fixtures/layout-shift";
import { sendRecordedCall } from "@/tests/fixtures/recorded-call";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted, postWebhook } from "@/tests/fixtures/webhooks";

test.afterEach(({ vendor }) => {
  vendor.clearFaults();
});

test("typed text is kept when the session ends, whether an action or a refresh detects it", async ({
  adminPage: page,
  app,
  vendor,
  database,
}) => {
  const { id } = await sendRecordedCall({ app, vendor, database });
  const note = page.getByLabel("Note");
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  const endSessions = () => database.sql`delete from session`;
  await page.goto(callHref(id));
  await page.getByRole("radio", { name: /follow-up/ }).check();
  await note.fill("call again on Sunday");
  await endSessions();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeVisible();
  await expect(note).toHaveValue("call again on Sunday");

  // Without an action: the page refreshes itself while the API request for the call is pending.
  await page.context().addCookies(await signIn(app.url));
  await database.sql`update calls set enrichment_state = 'pending', enrichment_due_at = now() + interval '1 day' where call_id = ${id}`;
  await page.goto(callHref(id));
  await note.fill("half a sen");
  await endSessions();
  await expect(dialog).toBeVisible({ timeout: 15_000 });
  await expect(page).toHaveURL(`${app.url}${callHref(id)}`);
  await expect(note).toHaveValue("half a sen");

  // The dialog appears once. The refreshes continue with a new session.
  await page.getByRole("button", { name: "Not now" }).click();
  await expect(dialog).toBeHidden();
  await page.waitForResponse((response) => response.url().endsWith("/api/session"));
  await expect(dialog).toBeHidden();
  await page.context().addCookies(await signIn(app.url));
  await database.sql`update calls set enrichment_state = 'done', enrichment_due_at = null where call_id = ${id}`;
  await expect(page.getByText("The remaining details are being fetched from Sarj.")).toBeHidden({ timeout: 15_000 });
  await expect(note).toHaveValue("half a sen");
});

test("row 52: scripts in the vendor's data are shown as text and not executed", async ({ adminPage: page, app }) => {
  const evil = "<script>window.pwned=1</script><img src=x onerror=window.pwned=1>\u202Eevil\u200B";
  const reports: string[] = [];
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) {
      reports.push(message.text());
    }
  });
  await postWebhook(
    app,
    complete("evil", {
      recording_url: "javascript:window.pwned=1",
      report: { [evil]: evil },
      enhanced_transcript: {
        transcript: {
          messages: [
            { type: "instructions", role: "system prompt", content: evil },
            { role: "user", content: `${evil} tree` },
            { type: "message", role: evil, content: evil },
            { type: "function_call", tool_name: evil, arguments: evil, tool_call_id: "1" },
            { type: evil, content: evil },
          ],
        },
        errors: [{ incorrect_text: "tree", correction: evil, type: "word" }],
      },
    }),
  );
  await page.goto(callHref("evil"));
  for (const fold of await page.locator("main summary").all()) {
    await fold.click();
  }
  await expect(page.getByText("<script>window.pwned=1</script>").first()).toBeVisible();
  expect(await page.evaluate(() => "pwned" in window)).toBe(false);
  expect(await page.locator("main script, main img, a[href^='javascript:']").count()).toBe(0);
  expect(reports).toEqual([]);
});

test("the goal and duration of an unanswered call are shown as not applicable, not as pending", async ({
  adminPage: page,
  app,
}) => {
  await postWebhook(app, notCompleted("missed"));
  await page.goto(callHref("missed"));
  const facts = page.getByLabel("What is known about this call");
  await expect(facts).toContainText("Does not apply");
  await expect(facts).not.toContainText("Not assessed yet");
  await expect(page.getByLabel("Details").getByText("Does not apply")).toHaveCount(1);
});

test("a call shows every dial of its contact, the next try with a countdown, and other calls with its number", async ({
  adminPage: page,
  database: { sql, empty },
}) => {
  await empty();
  await sql`insert into organization (time_zone) values ('Asia/Riyadh')`;
  await insertContacts(sql, SAMPLE_CONTACTS);
  // The server's text says it without scripts.
  expect(await (await page.request.get(callHref("ahmed"))).text()).toContain("in 2 h 14 min");
  const list = "?outcome=no_answer&by=contacts";
  await page.clock.install();
  await page.goto(`/calls/ahmed-2${list}`);
  const contact = page.getByRole("region", { name: "Contact" });
  await expect(contact).toContainText("Still trying");
  await expect(contact).toContainText("3 attempts");
  const dials = contact.getByRole("listitem");
  await expect(dials).toHaveText([/1No answer/, /2Rejected by customer.*This call/, /3Unavailable/]);
  await expect(dials.nth(1).getByRole("link")).toHaveAttribute("aria-current", "page");
  await expect(dials.nth(2).getByRole("link")).toHaveAttribute("href", `/calls/ahmed-3${list}`);
  const countdown = contact.getByTestId("countdown");
  await expect(countdown).toHaveText("in 2 h 14 min");
  const box = await contact.boundingBox();
  await page.clock.fastForward("01:15:00");
  await expect(countdown).toHaveText("in 59 min");
  expect(await contact.boundingBox()).toEqual(box);
  await page.clock.fastForward("01:31:00");
  await expect(contact).toContainText("Overdue since");
  await expect(page.getByRole("region", { name: "Other calls with this number" })).toHaveCount(0);

  await page.goto(callHref("nora-2"));
  await expect(contact).toContainText("No further try is coming.");
  const others = page.getByRole("region", { name: "Other calls with this number" });
  await expect(others.getByRole("listitem")).toHaveCount(1);
  await expect(others.getByRole("listitem").getByRole("link")).toHaveAttribute("href", "/calls/old");
  await expect(others.getByRole("link", { name: "Show all" })).toHaveAttribute("href", "/calls?phone=966500000001");
  await page.goto(callHref("old"));
  await expect(contact).toContainText("Sarj sent no retry fields, so this contact is one dial.");
  await page.goto(callHref("huda-4"));
  await expect(page.getByText("Nobody was dialled")).toBeVisible();
  await expect(
    page.getByText(/This call was cancelled on .+, before it was dialled\. It was booked for /),
  ).toBeVisible();
  await expect(page).toHaveTitle(/^Call with \+966500000005/);
  await expect(page.getByLabel("Details").getByText("Called off")).toBeVisible();
  await page.goto(callHref("many-20"));
  await expect(contact.getByRole("listitem")).toHaveCount(40);
  await expect(contact.locator("[aria-current]")).toHaveAttribute("href", "/calls/many-20");
  await expect(contact.locator("[aria-current]")).toBeInViewport();
});

for (const [locale, width, colorScheme] of [
  ["en", 1440, "light"],
  ["ar", 1440, "dark"],
  ["ar", 390, "light"],
] as const) {
  test(`axe finds no problem in a call with a contact, and nothing on the page moves, ${locale}, ${width}, ${colorScheme}`, async ({
    adminPage: page,
    app,
    database: { sql, empty },
  }) => {
    await empty();
    await sql`insert into organization (time_zone) values ('Asia/Riyadh')`;
    await insertContacts(sql, SAMPLE_CONTACTS);
    await page.context().addCookies([
      { name: "locale", value: locale, url: app.url },
      { name: "theme", value: colorScheme, url: app.url },
    ]);
    await page.setViewportSize({ width, height: 900 });
    await watchLayoutShift(page);
    for (const callId of ["ahmed", "huda-4", "old"]) {
      await page.goto(callHref(callId));
      await expect(page.locator("[aria-busy=true], .animate-shimmer")).toHaveCount(0);
      expect(await layoutShift(page), callId).toBeLessThan(0.1);
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }
  });
}

test("parts of a call that cannot be read do not affect the rest, and recover without a reload", async ({
  adminPage: page,
  database: { sql, empty },
}) => {
  await empty();
  await insertContacts(sql, SAMPLE_CONTACTS);
  const failed = page.getByText("This could not be loaded");
  await sql`alter table reviews rename column note to note_gone`;
  try {
    await page.goto(callHref("nora-2"));
    await expect(failed).not.toHaveCount(0);
    await expect(page.getByRole("region", { name: "Contact" })).toContainText("No further try is coming.");
  } finally {
    await sql`alter table reviews rename column note_gone to note`;
  }
  await expect(page.getByRole("button", { name: "Save" })).toBeVisible({ timeout: 30_000 });
  await expect(failed).toHaveCount(0);
});

test("what came in an unknown form is shown, and is not called missing", async ({ adminPage: page, app }) => {
  const body = complete("unknown-forms", {
    enhanced_transcript: "Agent: hello, Customer: yes",
    report: ["reached", { mood: "calm" }],
  });
  await postWebhook(app, { ...body, payload: { ...body.payload, response_body: "accepted on Tuesday" } });
  await page.goto(callHref("unknown-forms"));
  const card = (title: string) =>
    page.locator("section").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
  for (const [title, shown] of [
    ["Transcript", "Agent: hello, Customer: yes"],
    ["Report", "calm"],
    ["Scenario response", "accepted on Tuesday"],
  ] as const) {
    await expect(card(title)).toContainText("It came in a form that Callboard does not know");
    await expect(card(title)).toContainText(shown);
    await expect(card(title)).not.toContainText("There is no");
  }
});

test("a value that says nothing is none: no goal, no report, no response, no recording", async ({
  adminPage: page,
  app,
}) => {
  const body = complete("silent-values", {
    enhanced_transcript: { transcript: { messages: [] }, errors: [] },
    report: { generated_at: null, outcome: { status: "", reason: "null" }, callback: {} },
    recording_url: "null",
  });
  await postWebhook(app, { ...body, payload: { ...body.payload, response_body: { answer: " " } } });
  await page.goto(callHref("silent-values"));
  await expect(page).toHaveTitle(/^Call with \+966500000001/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("+966500000001");
  await expect(page.getByLabel("What is known about this call")).toContainText("Not assessed yet");
  await expect(page.getByText("There is no recording.")).toBeVisible();
  await expect(page.getByText("There is no report.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Scenario response" })).toHaveCount(0);
  await expect(page.getByText("a form that Callboard does not know")).toHaveCount(0);
  await postWebhook(app, notCompleted("nothing-known"));
  await page.goto(callHref("nothing-known"));
  await expect(page).toHaveTitle(/^Call with Unknown number/);
});

test("the report says in words whether to call back, and shows as it came what has no words", async ({
  adminPage: page,
  app,
}) => {
  await postWebhook(
    app,
    complete("callback", {
      report: {
        outcome: {
          status: "success",
          success_criteria: [
            { text: "Confirmed the order", achieved: true, is_primary: true },
            { text: "Was polite", achieved: "mostly" },
          ],
        },
        callback: {
          origin: "customer_requested",
          callback_at: new Date(Date.now() + 86_400_000).toISOString(),
          confidence: 0.9,
          context_brief: "Wants to change the address",
          matches_tool_capture: true,
        },
      },
    }),
  );
  await page.goto(callHref("callback"));
  for (const text of [
    "The customer asked to be called back.",
    /^Call back on /,
    "Wants to change the address",
    "Confidence: 90%",
    "The agent recorded the same during the call.",
    "mostly",
  ]) {
    await expect(page.getByText(text)).toBeVisible();
  }
  await expect(page.getByRole("listitem").filter({ hasText: "Confirmed the order" }).first()).toContainText("Primary");
});

test("a decision is saved, shown among the facts of the call, and undone", async ({
  adminPage: page,
  app,
  database,
}) => {
  await postWebhook(app, notCompleted("to-decide"));
  await page.goto(callHref("to-decide"));
  await page.getByRole("radio", { name: /Needs follow-up/ }).check();
  await page.getByLabel("Note").fill("اتصل غدًا");
  await page.getByRole("button", { name: "Save decision" }).click();
  const facts = page.getByLabel("What is known about this call");
  await expect(facts).toContainText("Needs follow-up");
  expect((await database.sql`select decision, note from reviews where call_id = 'to-decide'`)[0]).toEqual({
    decision: "follow_up",
    note: "اتصل غدًا",
  });
  expect(
    (await database.sql`select reviewed_at is not null as reviewed from calls where call_id = 'to-decide'`)[0],
  ).toEqual({ reviewed: true });

  await page.getByRole("button", { name: "Undo" }).click();
  await expect(facts).toContainText("No decision yet");
  expect(
    (await database.sql`select reviewed_at is not null as reviewed from calls where call_id = 'to-decide'`)[0],
  ).toEqual({ reviewed: false });
});

test("the search in a transcript ignores Arabic diacritics", async ({ adminPage: page, app }) => {
  await postWebhook(app, complete("searched"));
  await page.goto(callHref("searched"));
  await page.getByRole("searchbox", { name: "Search in the transcript" }).fill("التوصِيل");
  await expect(page.locator("mark")).toHaveText("التوصيل");
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 of 1")).toBeVisible();
});

test("an unknown call gives a 404 with a link to the calls", async ({ adminPage: page }) => {
  const response = await page.goto(callHref("no-such-call"));
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "Call not found" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Go to calls" })).toHaveAttribute("href", "/calls");
  expect(await accessibilityProblems(page)).toEqual([]);
});
