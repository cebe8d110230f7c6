import { callHref } from "@/lib/call/link";
import { expect, test } from "@/tests/fixtures/test";
import { complete, postWebhook } from "@/tests/fixtures/webhooks";

/** The messages of a transcript, each with a role, a text and a time. */
function transcriptOf(messages: readonly [role: string, content: string, startAt: number | null][]) {
  return {
    enhanced_transcript: {
      transcript: {
        messages: messages.map(([role, content, startAt]) => ({ type: "message", role, content, start_at: startAt })),
      },
      errors: [],
    },
  };
}

test("turns are shown in the order of time with their speakers; what was not said is folded", async ({
  adminPage: page,
  app,
}) => {
  await postWebhook(
    app,
    complete(
      "all-roles",
      transcriptOf([
        ["human_agent", "I take over from here", 30],
        ["robot", "beep", 31],
        ["system", "The customer is angry.", 20],
        ["user", "hello?", 2],
        ["Transfer Agent", "one moment", 29],
        ["assistant", "good morning", 1],
        ["agent", "how can I help", 3],
      ]),
    ),
  );
  await page.goto(callHref("all-roles"));
  await expect(page.locator("[data-turn]")).toHaveText([
    /Agent.*good morning/,
    /Customer.*hello/,
    /Agent.*how can I help/,
    /The agent’s instructions$/,
    /Human agent.*one moment/,
    /Human agent.*I take over/,
    /robot.*beep/,
  ]);
  await expect(page.getByText("6 turns")).toBeVisible();
  await expect(page.getByText("The customer is angry.")).toHaveCount(0);
  await page.getByText("The agent’s instructions").click();
  await expect(page.getByText("The customer is angry.")).toBeVisible();
});

test("a number inside Arabic text is drawn from left to right, in the transcript and everywhere else", async ({
  adminPage: page,
  app,
  database,
}) => {
  const text = "رقمي +966 50 111 2233 وطلبي";
  await postWebhook(
    app,
    complete("numbers-in-arabic", {
      ...transcriptOf([["user", text, 1]]),
      report: {
        outcome: {
          status: "success",
          reason: text,
          success_criteria: [{ text, achieved: true, is_primary: true }],
        },
        note: text,
      },
    }),
  );
  await database.sql`update call_details set variables = ${database.sql.json({ v: text })} where call_id = 'numbers-in-arabic'`;
  await page.goto(`${callHref("numbers-in-arabic")}?q=111`);
  await expect(page.locator("[data-turn]").first()).toBeVisible();
  await expect(page.locator("mark").first()).toHaveText("111");
  /** For each occurrence of the number, whether its parts are drawn from left to right. */
  const drawn = await page.evaluate(() => {
    const numbers = [...document.querySelectorAll("bdi[dir=ltr]")].filter(
      (bdi) => bdi.textContent === "+966 50 111 2233",
    );
    return numbers.map((bdi) => {
      const walker = document.createTreeWalker(bdi, NodeFilter.SHOW_TEXT);
      const lefts: number[] = [];
      while (walker.nextNode() !== null) {
        const { currentNode: node } = walker;
        for (const { index } of (node.textContent ?? "").matchAll(/\d+/g)) {
          const range = document.createRange();
          range.setStart(node, index);
          range.setEnd(node, index + 1);
          lefts.push(range.getBoundingClientRect().left);
        }
      }
      return lefts.length === 4 && lefts.every((left, at) => at === 0 || left > (lefts[at - 1] ?? 0));
    });
  });
  // The turn, the reason, the criterion, the rest of the report, and the variable.
  expect(drawn).toEqual([true, true, true, true, true]);
});

test("words that every JavaScript object inherits are shown as they came", async ({ adminPage: page, app }) => {
  for (const word of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    const callId = `word-${word}`;
    await postWebhook(
      app,
      complete(callId, {
        direction: word,
        status: word,
        interaction_type: word,
        report: { outcome: { status: word, reason: word } },
        ...transcriptOf([[word, "hello", 1]]),
      }),
    );
    await page.goto(callHref(callId));
    const details = page.locator("dl").filter({ hasText: "Direction" });
    await expect(details.getByText(word, { exact: true })).toHaveCount(3);
    await expect(page.locator("[data-turn]")).toHaveText(new RegExp(word));
    await expect(page.locator("body")).not.toContainText("outcomes.");
    await page.goto(`/calls?direction=${word}&status=${word}&language=${word}&goal=${word}&outcome=${word}`);
    await expect(page.getByText(word, { exact: true }).first()).toBeVisible();
    await expect(page.locator("body")).not.toContainText("outcomes.");
    await page.goto(`/sign-in?error=${word}`);
    await expect(page.locator("body")).not.toContainText("refused.");
  }
});

test("a printed call contains its whole transcript", async ({ adminPage: page, app }) => {
  test.slow();
  const turns = (count: number) =>
    transcriptOf(Array.from({ length: count }, (_, index) => ["user", `turn number ${index}`, index]));
  await postWebhook(app, complete("long-1201", turns(1201)));
  await page.goto(callHref("long-1201"));
  await expect(page.locator("[data-turn]").first()).toBeVisible();
  expect(await page.locator("[data-turn]").count()).toBeLessThan(1201);
  const pdf = (await page.pdf()).toString("latin1");
  // At most 30 turns fit on a page.
  expect(pdf.match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(40);

  await postWebhook(app, complete("long-12001", turns(12_001)));
  await page.goto(callHref("long-12001"));
  await expect(page.locator("[data-turn]").first()).toBeVisible();
  await page.emulateMedia({ media: "print" });
  await expect(page.locator("[data-turn]")).toHaveCount(12_001);
  await expect(page.locator("[data-turn]").last()).toHaveText(/turn number 12000/);
  await page.emulateMedia({ media: "screen" });
  await expect.poll(() => page.locator("[data-turn]").count()).toBeLessThan(1000);
});
