import { randomUUID } from "node:crypto";
import { join } from "node:path";

import type { ConsoleMessage, Cookie, Page } from "@playwright/test";
import type { Sql } from "postgres";

import { addReview } from "@/db/calls/reviews";
import { addImportItems, createImport } from "@/db/imports/import";
import { addNotice } from "@/db/people/notices";
import { inviteUser, issueLink } from "@/db/people/one-time-links";
import { LOCALE_COOKIE, LOCALES } from "@/lib/i18n/locales";
import { NOTICE_KINDS } from "@/lib/people/notice";
import { hashToken, makeToken } from "@/lib/people/one-time-token";
import { THEME_COOKIE } from "@/lib/theme";
import { generateCall } from "@/scripts/simulator/generate";
import { sendCall, sendHistory } from "@/scripts/simulator/traffic";
import { accessibilityProblems } from "@/tests/fixtures/accessibility";
import { type App, startApp } from "@/tests/fixtures/app";
import { routesOfBuild } from "@/tests/fixtures/build";
import { createDatabase, type Database } from "@/tests/fixtures/database";
import { ADMIN } from "@/tests/fixtures/environment";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";
import { complete, postWebhook } from "@/tests/fixtures/webhooks";

/**
 * Visits every page of the build with and without data, in both languages, in the light and dark theme, on wide and narrow screens. No
 * page overflows, and axe and the browser report no problem. With `CALLBOARD_SCREENSHOTS=<folder>`, each page is saved as a screenshot.
 */

const FOLDER = process.env.CALLBOARD_SCREENSHOTS;

// Recording a trace would double the duration.
test.use({ trace: "off" });
test.describe.configure({ mode: "parallel" });

type Who = "nobody" | "viewer" | "administrator" | "between steps";
/** `route` is the route's name in the build, or null for a page without a route. `at: "empty"` uses the application without users. */
type Visit = { route: string | null; name: string; path: string; who: Who; at?: "empty" };

let visits: Visit[] = [];
let cookies: Record<Who, Cookie[]>;
let emptyDatabase: Database;
let emptyApp: App;

test.beforeAll(async ({ app, vendor, database }) => {
  test.setTimeout(120_000);
  await database.empty();
  vendor.clearFaults();
  const { sql } = database;
  await sql`insert into organization (name, time_zone) values ('Al Noor Clinics', 'Asia/Riyadh')`;
  await sendHistory({ webhookUrl: app.webhookUrl, vendor, count: 150, days: 9, seed: "every page" });
  const spoken = generateCall({
    seed: "every page/spoken",
    endedAt: Date.now() - 600_000,
    outcome: "complete",
    language: "ar",
    recorded: true,
  });
  await sendCall({ webhookUrl: app.webhookUrl, vendor, call: spoken });
  for (const body of ["{oops", "[]", '{"call_id": 7}']) {
    expect((await fetch(app.webhookUrl, { method: "POST", body })).status).toBe(202);
  }
  // On a busy machine the application holds deliveries and records them later.
  await expect
    .poll(
      () => sql`select 1 from deliveries where verdict = 'quarantined'
        and exists (select from deliveries where call_id = ${spoken.id} and verdict = 'applied')`,
      { timeout: 30_000 },
    )
    .toHaveLength(3);
  const [missed] = await sql<{ id: string }[]>`
    select call_id as id from calls where outcome = 'no_answer' order by call_id limit 1`;
  const [tools] = await sql<{ id: string }[]>`
    select call_id as id from call_details where transcript::text like '%function_call_output%' order by call_id limit 1`;
  const [applied] = await sql<{ id: string }[]>`select id from deliveries where call_id = ${spoken.id}`;
  const [aside] = await sql<{ id: string }[]>`select id from deliveries where verdict = 'quarantined' limit 1`;
  const longWords = await addLongWords(app, sql);
  const importId = randomUUID();
  await createImport({ id: importId, source: "file", fileName: `${LONG_WORD}.csv`, userId: null });
  await addImportItems(importId, [spoken.id, "nobody-knows-it"]);
  const people = await addPeople(app, sql);
  emptyDatabase = await createDatabase();
  emptyApp = await startApp({
    databaseUrl: emptyDatabase.url,
    env: { ADMIN_EMAIL: undefined, ADMIN_PASSWORD: undefined, SETUP_CODE: "ABCD-1234" },
  });
  cookies = people.cookies;
  await addReview({ callId: longWords.callId, decision: "follow_up", note: LONG_WORD, userId: people.operatorId });
  await addReview({ callId: spoken.id, decision: "follow_up", note: "اتصل به غدًا", userId: people.operatorId });
  const administrator = (route: string, name: string, path = route.replace(/\/page$/, "") || "/"): Visit => ({
    route,
    name,
    path,
    who: "administrator",
  });
  visits = [
    administrator("/page", "overview", "/?range=30d"),
    administrator("/page", "overview-table", "/?range=7d&series=table&map=reach"),
    administrator("/page", "overview-nothing", "/?from=2020-01-01&to=2020-01-02"),
    administrator("/calls/page", "calls"),
    administrator(
      "/calls/page",
      "calls-filtered",
      "/calls?outcome=complete,no_answer&language=ar&min_duration=20&colour=red",
    ),
    administrator("/calls/page", "calls-nothing", "/calls?q=zebra"),
    administrator("/calls/page", "contacts", "/calls?by=contacts&dial=not_reached,not_dialled"),
    administrator("/calls/[callId]/page", "call", `/calls/${spoken.id}`),
    administrator("/calls/[callId]/page", "call-tools", `/calls/${tools?.id}`),
    administrator("/calls/[callId]/page", "call-missed", `/calls/${missed?.id}`),
    administrator("/calls/page", "calls-long-words", `/calls?${longWords.filter}`),
    administrator("/calls/page", "contacts-long-words", `/calls?by=contacts&${longWords.filter}`),
    administrator("/page", "overview-long-words", `/?range=30d&${longWords.filter}`),
    administrator("/calls/[callId]/page", "call-long-words", `/calls/${longWords.callId}`),
    administrator("/calls/[callId]/page", "call-long-outcome", `/calls/${longWords.otherCallId}`),
    administrator("/deliveries/[id]/page", "delivery-long-words", `/deliveries/${longWords.deliveryId}`),
    administrator("/calls/[callId]/page", "call-unknown", "/calls/nobody-knows-it"),
    { ...administrator("/calls/[callId]/page", "call-viewer", `/calls/${spoken.id}`), who: "viewer" },
    administrator("/deliveries/page", "deliveries"),
    administrator("/deliveries/page", "deliveries-nothing", "/deliveries?call_id=nobody"),
    administrator("/deliveries/[id]/page", "delivery", `/deliveries/${applied?.id}`),
    administrator("/deliveries/[id]/page", "delivery-aside", `/deliveries/${aside?.id}`),
    administrator("/settings/page", "settings"),
    administrator("/settings/account/page", "settings-account"),
    administrator("/notices/page", "notices"),
    { ...administrator("/notices/page", "notices-nothing"), who: "viewer" },
    administrator("/settings/users/page", "settings-users"),
    administrator("/settings/vendor/page", "settings-vendor"),
    administrator("/settings/import/page", "settings-import"),
    administrator("/settings/import/[id]/page", "settings-import-one", `/settings/import/${importId}`),
    administrator("/settings/privacy/page", "settings-privacy"),
    administrator("/settings/security/page", "settings-security"),
    administrator("/second-factor/page", "second-factor"),
    administrator("/settings/audit/page", "settings-audit"),
    { route: null, name: "forbidden", path: "/settings/audit", who: "viewer" },
    { route: "/_not-found/page", name: "not-found", path: "/nowhere", who: "administrator" },
    { route: "/sign-in/page", name: "sign-in", path: "/sign-in?next=%2Fcalls", who: "nobody" },
    { route: "/sign-in/code/page", name: "sign-in-code", path: "/sign-in/code", who: "between steps" },
    { route: "/invite/[token]/page", name: "invite", path: `/invite/${people.invitation}`, who: "nobody" },
    { route: "/reset/[token]/page", name: "reset", path: `/reset/${people.reset}`, who: "nobody" },
    { route: "/reset/[token]/page", name: "link-gone", path: "/reset/no-such-link", who: "nobody" },
    { route: "/setup/page", name: "setup", path: "/setup", who: "nobody", at: "empty" },
  ];
});

test.afterAll(async () => {
  await emptyApp.stop();
  await emptyDatabase.close();
});

/** As long as a status, a direction or an outcome may be. */
const LONG_WORD = "supercalifragilistic".repeat(10);

/** Adds two calls in which every word that comes from outside is long, and returns a filter of the call list for them. */
async function addLongWords(app: App, sql: Sql) {
  const now = Date.now();
  const iso = (ago: number) => new Date(now - ago).toISOString();
  const message = (role: string, content: string) => ({ type: "message", role, content, start_at: 1 });
  const words = { [LONG_WORD]: LONG_WORD, customer_name: LONG_WORD, list: [LONG_WORD, { [LONG_WORD]: LONG_WORD }] };
  const callId = LONG_WORD;
  await postWebhook(
    app,
    complete(callId, {
      direction: LONG_WORD,
      status: LONG_WORD,
      interaction_type: LONG_WORD,
      phone_number: "9".repeat(64),
      created_at: iso(180_000),
      started_at: iso(170_000),
      ended_at: iso(110_000),
      report: {
        outcome: {
          status: LONG_WORD,
          reason: LONG_WORD,
          success_criteria: [{ text: LONG_WORD, achieved: true, is_primary: true }],
        },
        ...words,
      },
      enhanced_transcript: {
        transcript: {
          messages: [
            message("user", LONG_WORD),
            message(LONG_WORD, `${LONG_WORD} رقمي +966 50 111 2233`),
            message("system", LONG_WORD),
            { type: "function_call", tool_name: LONG_WORD, arguments: LONG_WORD, tool_call_id: "1" },
            { type: LONG_WORD, [LONG_WORD]: LONG_WORD },
          ],
        },
        errors: [{ incorrect_text: `${LONG_WORD}1`, correction: `${LONG_WORD}2`, type: "word" }],
      },
    }),
  );
  const otherCallId = `${LONG_WORD.slice(1)}2`;
  await postWebhook(app, { call_id: otherCallId, payload: { type: LONG_WORD, [LONG_WORD]: 1 } });
  await sql`
    update calls set language = ${LONG_WORD}, scenario_id = ${LONG_WORD}, customer_name = ${LONG_WORD} where call_id = ${callId}`;
  await sql`update call_details set variables = ${sql.json(words)} where call_id = ${callId}`;
  const [delivery] = await sql<{ id: string }[]>`select id from deliveries where call_id = ${callId}`;
  const filter = new URLSearchParams({
    direction: LONG_WORD,
    language: LONG_WORD,
    scenario: LONG_WORD,
    outcome: `complete,${LONG_WORD}`,
    goal: LONG_WORD,
    [LONG_WORD]: LONG_WORD,
  });
  return { callId, otherCallId, deliveryId: delivery?.id, filter };
}

/** Adds a user in each state that the list of users shows. Returns the links and cookies for the visits. */
async function addPeople(app: App, sql: Sql) {
  const administratorCookies = await signIn(app.url);
  await sql`delete from rate_limit`;
  await sql`delete from "user" where email <> ${ADMIN.email}`;
  const viewer = await addUser(sql, "viewer", { name: "Sara Al-Harbi" });
  const operator = await addUser(sql, "operator", { name: "محمد العتيبي" });
  const deactivated = await addUser(sql, "operator", { name: LONG_WORD.slice(0, 80) });
  await sql`update "user" set deactivated_at = now() where id = ${deactivated.id}`;
  const [invitation, reset] = [makeToken(), makeToken()];
  const link = { hours: 72, role: "viewer", invitedBy: viewer.id, createdBy: viewer.id } as const;
  await inviteUser({ ...link, email: "invited@callboard.example", name: "", tokenHash: hashToken(invitation) });
  await issueLink({ ...link, userId: operator.id, tokenHash: hashToken(reset) });

  const [administrator] = await sql<{ id: string }[]>`select id from "user" where email = ${ADMIN.email}`;
  for (const kind of NOTICE_KINDS) {
    const detail = {
      browser: "Firefox",
      system: "Linux",
      address: "2001:db8::1",
      by: LONG_WORD,
      change: "off",
    } as const;
    await addNotice({ userId: administrator?.id ?? "", kind, detail, byMail: false });
  }

  const careful = await addUser(sql, "viewer", { name: "Careful" });
  await sql`update "user" set two_factor_enabled = true where id = ${careful.id}`;
  await sql`insert into two_factor (id, secret, backup_codes, user_id) values ('careful', 'x', 'x', ${careful.id})`;
  return {
    invitation,
    reset,
    operatorId: operator.id,
    cookies: {
      nobody: [],
      viewer: await signIn(app.url, viewer),
      administrator: administratorCookies,
      "between steps": await signIn(app.url, careful),
    },
  };
}

/** Waits until the page and its fonts have loaded. */
async function waitUntilLoaded(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[aria-busy=true], .animate-shimmer")).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}

test("the visits include every page of the build", () => {
  // Next shows this page if the root layout fails. It has no URL.
  const pages = routesOfBuild().filter(({ name, isPage }) => isPage && name !== "/_global-error/page");
  expect(pages.filter(({ name }) => !visits.some(({ route }) => route === name))).toEqual([]);
});

const VARIANTS = LOCALES.flatMap((locale) =>
  (["light", "dark"] as const).flatMap((theme) => [1440, 390].map((width) => ({ locale, theme, width }))),
);
/** Half of the variants, in which each pair of language, theme and width occurs. Screenshots use all variants. */
const HALF_OF_VARIANTS = VARIANTS.filter(
  ({ locale, theme, width }) => ((locale === "ar") !== (theme === "dark")) !== (width === 390),
);

for (const { locale, theme, width } of FOLDER === undefined ? HALF_OF_VARIANTS : VARIANTS) {
  test(`no page in ${locale}, ${theme}, ${width} px overflows, and axe and the browser report no problem`, async ({
    browser,
    app,
  }) => {
    test.setTimeout(240_000);
    const found: unknown[] = [];
    const pages = new Map<string, Page>();
    const pageFor = async (who: Who, url: string) => {
      const key = `${who} ${url}`;
      const existing = pages.get(key);
      if (existing !== undefined) {
        return existing;
      }
      const context = await browser.newContext({ baseURL: url, viewport: { width, height: 900 } });
      await context.addCookies([
        ...cookies[who],
        { name: LOCALE_COOKIE, value: locale, url },
        { name: THEME_COOKIE, value: theme, url },
      ]);
      const page = await context.newPage();
      // What the Content-Security-Policy forbids is not in the console if the code catches the error.
      await page.addInitScript(() => {
        addEventListener("securitypolicyviolation", ({ violatedDirective, sourceFile }) => {
          console.error(`refused by ${violatedDirective}`, sourceFile);
        });
      });
      page.on("pageerror", ({ message }) => found.push({ at: page.url(), error: message }));
      page.on("console", (message) => {
        // The browser reports the status of pages that answer 404 or 403.
        if (["error", "warning"].includes(message.type()) && !isStatusOfVisit(message)) {
          found.push({ at: page.url(), message: message.text(), source: message.location().url });
        }
      });
      pages.set(key, page);
      return page;
    };
    for (const { name, path, who, at } of visits) {
      const { url } = at === "empty" ? emptyApp : app;
      const page = await pageFor(who, url);
      await page.goto(path);
      await waitUntilLoaded(page);
      expect(new URL(page.url()).pathname, name).toBe(new URL(path, url).pathname);
      found.push(...(await accessibilityProblems(page)).map((problem) => ({ name, axe: problem })));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) {
        found.push({ name, overflow });
      }
      if (FOLDER !== undefined) {
        await page.screenshot({ path: join(FOLDER, `${locale}-${theme}-${width}-${name}.png`), fullPage: true });
      }
    }
    await Promise.all([...pages.values()].map((page) => page.context().close()));
    expect(found).toEqual([]);
  });
}

function isStatusOfVisit(message: ConsoleMessage): boolean {
  return (
    message.text().startsWith("Failed to load resource") &&
    visits.some(({ path }) => message.location().url.endsWith(path) && !path.endsWith("/"))
  );
}
