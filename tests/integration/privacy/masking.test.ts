import { type APIRequestContext, request as playwrightRequest } from "@playwright/test";

import { addReview } from "@/db/calls/reviews";
import { callHref } from "@/lib/call/link";
import { ADMIN } from "@/tests/fixtures/environment";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";
import { complete, notCompleted, postWebhook } from "@/tests/fixtures/webhooks";

/** A viewer sees no phone number: neither the call's number nor a mentioned one, in any place and notation. */

const NUMBER = "+966538719042";
/** A number that is mentioned in the call. */
const OTHER = "055 512 3987";
const CALL = "masked/call 1";
/** The call's number in international form, in national form and in Arabic digits. */
const CANARIES = [/538[\s().-]*719[\s().-]*042/u, /53[\s().-]*871[\s().-]*9042/u, /٥٣٨٧١٩٠٤٢|٥٣، ٨٧١|u0665.u0663/u];
const OTHER_CANARY = /512[\s().-]*3987/u;

const call = complete(CALL, {
  phone_number: NUMBER,
  total_duration: 77,
  enhanced_transcript: {
    transcript: {
      messages: [
        { type: "instructions", role: "system prompt", content: `You call ${NUMBER}.` },
        { type: "message", role: "assistant", content: "Is 053 871 9042 still your number?", start_at: 1 },
        { type: "message", role: "user", content: "نعم ٠٥٣٨٧١٩٠٤٢ أو ٠٥٣، ٨٧١، ٩٠٤٢", start_at: 3 },
        { type: "message", role: "user", content: `Or my wife's, ${OTHER}. Order 1234 of 2026-05-04.`, start_at: 3.5 },
        {
          type: "function_call",
          tool_name: "look_up",
          arguments: String.raw`{"mobile": "${NUMBER}", "other": "00966538719042", "spelled": "\u0660\u0665\u0663\u0668\u0667\u0661\u0669\u0660\u0664\u0662"}`,
          tool_call_id: "t1",
          start_at: 4,
        },
        {
          type: "function_call_output",
          tool_name: "look_up",
          output: JSON.stringify({ number: 966_538_719_042 }),
          tool_call_id: "t1",
          is_error: false,
          start_at: 5,
          duration_ms: 20,
        },
      ],
    },
    errors: [{ incorrect_text: "053 871 9042", correction: "(053) 871-9042", type: "phrase" }],
  },
  report: {
    outcome: {
      status: "success",
      reason: `Reached on ${NUMBER}`,
      success_criteria: [
        { text: "Confirmed", achieved: true, is_primary: true },
        { text: `Called back on ${OTHER}`, achieved: true, is_primary: false },
      ],
    },
    contact: "0538719042",
  },
});

async function clientOf(url: string, person: { email: string; password: string }): Promise<APIRequestContext> {
  const cookie = cookieHeader(await signIn(url, person));
  return playwrightRequest.newContext({ baseURL: url, extraHTTPHeaders: { cookie } });
}

test.beforeEach(async ({ app, database }) => {
  await database.empty();
  await database.sql`insert into organization (time_zone) values ('Asia/Riyadh')`;
  const bodies = [
    call,
    complete("another", { phone_number: "+966509999999" }),
    notCompleted("missed"),
    complete("same-number", { phone_number: NUMBER }),
  ];
  for (const body of bodies) {
    await postWebhook(app, body);
  }
  const { sql } = database;
  await sql`update call_details set variables = ${sql.json({ customer_name: `Sara ${NUMBER}`, mobile: NUMBER })} where call_id = ${CALL}`;
  await sql`update calls set customer_name = ${`Sara ${NUMBER}`} where call_id = ${CALL}`;
});

const listed = `?min_duration=70&q=${encodeURIComponent("number")}`;
const PAGES = [
  "/",
  "/?range=30d&series=table",
  "/?from=2026-05-01&to=2026-05-31&counted=all",
  "/calls",
  `/calls${listed}`,
  "/calls?by=contacts",
  `/calls${listed}&by=contacts`,
  callHref(CALL),
  `${callHref(CALL)}${listed}`,
];
const REFUSED = [
  "/deliveries",
  "/calls/export.csv",
  `${callHref(CALL)}/recording`,
  "/settings/audit",
  "/settings/audit/export.csv",
  "/settings/privacy",
];
const FORMS: { name: string; headers: Record<string, string> }[] = [
  { name: "HTML", headers: {} },
  { name: "navigation", headers: { rsc: "1" } },
  { name: "prefetch", headers: { rsc: "1", "next-router-prefetch": "1" } },
  { name: "panel", headers: { rsc: "1", "next-url": "/calls" } },
];

test("no page, panel or file contains a phone number for a viewer, in any notation", async ({
  app,
  database: { sql },
}) => {
  const [admin] = await sql<{ id: string }[]>`select id from "user" where email = ${ADMIN.email}`;
  await addReview({ callId: CALL, decision: "follow_up", note: "call 053-8719042 again", userId: admin?.id ?? "" });
  const [delivery] = await sql<{ id: string }[]>`select id from deliveries where call_id = ${CALL}`;
  // A value that the vendor's contract does not contain may be anything, and so may its name.
  await sql`update deliveries set flags = ${[`payload.status=${NUMBER}: unknown_value`]} where call_id = ${CALL}`;
  const [answer] = await sql<{ id: string }[]>`
    insert into api_answers (call_id, body, answered_at, flags)
    values (${CALL}, ${Buffer.from(JSON.stringify({ data: { phone_number: NUMBER } }))}, now(), ${[`api.${NUMBER}: unknown_field`]})
    returning id`;
  const viewer = await clientOf(app.url, await addUser(sql, "viewer"));
  const operator = await clientOf(app.url, await addUser(sql, "operator"));
  const bodies = [
    `/deliveries/${delivery?.id}`,
    `/deliveries/${delivery?.id}/body`,
    `${callHref(CALL)}/deliveries/${delivery?.id}`,
    `${callHref(CALL)}/answers/${answer?.id}`,
  ];

  const leaks: string[] = [];
  for (const path of [...PAGES, ...REFUSED, ...bodies]) {
    for (const { name, headers } of FORMS) {
      const answer = await viewer.get(path, { headers });
      const text = await answer.text();
      if ([...CANARIES, OTHER_CANARY].some((canary) => canary.test(text))) {
        leaks.push(`${path}, ${name}`);
      }
      if (name === "HTML") {
        expect(answer.status(), path).toBe(PAGES.includes(path) ? 200 : 403);
      }
    }
  }
  expect(leaks).toEqual([]);
  // An operator sees the numbers on the same pages, which proves that the patterns match.
  for (const path of ["/calls", callHref(CALL), bodies[1] ?? "", bodies[3] ?? ""]) {
    expect(await (await operator.get(path)).text(), path).toMatch(CANARIES[0] ?? /^$/);
  }
  for (const path of ["/?from=2026-05-01&to=2026-05-31&counted=all", callHref(CALL)]) {
    expect(await (await operator.get(path)).text(), path).toMatch(OTHER_CANARY);
  }
  const shown = await (await viewer.get(callHref(CALL))).text();
  expect(shown).toContain("Order 1234 of 2026-05-04.");
  expect(shown).toContain("+966 ••• 42");
  expect(shown).toContain("look_up");
  expect(shown).toContain("Sara •••");
  // Whose calls belong together is no secret, but the link to them contains the number.
  expect(shown).toContain(`href="${callHref("same-number")}"`);
  expect(shown).not.toContain("/calls?phone=");
  expect(await (await operator.get(callHref(CALL))).text()).toContain(`href="/calls?phone=966538719042"`);
});

test("a viewer cannot discover a number by searching for it", async ({ app, database: { sql } }) => {
  const viewer = await clientOf(app.url, await addUser(sql, "viewer"));
  const list = async (query: string) => (await viewer.get(`/calls?${query}`)).text();
  const rightAndWrong = [
    ["phone=0538719042", "phone=0507777777"],
    ["q=0538719042", "q=0507777777"],
    ["q=%22053+871+9042%22", "q=%22050+777+7777%22"],
    ["q=053+-zzz+871+-zzz+9042", "q=050+-zzz+777+-zzz+7777"],
    ["q=%D9%A0%D9%A5%D9%A3%D9%A8%D9%A7%D9%A1%D9%A9%D9%A0%D9%A4%D9%A2", "q=0507777777"],
  ] as const;
  for (const [right, wrong] of rightAndWrong) {
    for (const query of [right, wrong]) {
      const text = await list(query);
      expect(text, query).toContain(callHref(CALL));
      expect(text, query).toContain(callHref("another"));
    }
    // Links to the previous and next call must not depend on a search by number either.
    const links = await Promise.all(
      [right, wrong].map(async (query) => {
        const text = await (await viewer.get(`${callHref("another")}?${query}`)).text();
        // Parts of the page arrive in any order.
        return [...text.matchAll(/href="(\/calls\/[^"?]+)/g)].map(([, href]) => href).sort();
      }),
    );
    expect(links[0]).toEqual(links[1]);
    expect(links[0]).toContain(callHref(CALL));
  }
});

test("with masking, an operator must reveal a number to see it, and the audit log records that", async ({
  app,
  database: { sql },
  adminPage,
  browser,
}) => {
  await adminPage.goto("/settings/privacy");
  await adminPage.getByRole("switch", { name: /Operators must reveal each number/ }).click();
  await expect.poll(() => sql`select mask_numbers from organization`).toEqual([{ mask_numbers: true }]);
  const person = await addUser(sql, "operator", { name: "Omar" });
  const context = await browser.newContext({ baseURL: app.url });
  await context.addCookies(await signIn(app.url, person));
  const page = await context.newPage();
  await sql`
    insert into contract_sightings (flag, count, first_seen_at, last_seen_at)
    values (${`payload.status=${NUMBER}: unknown_value`}, 1, now(), now())`;
  expect(await (await adminPage.request.get("/deliveries")).text()).not.toContain(NUMBER);
  for (const path of ["/calls", "/calls?by=contacts", callHref(CALL), "/deliveries"]) {
    const text = await (await context.request.get(path)).text();
    expect(
      CANARIES.filter((canary) => canary.test(text)),
      path,
    ).toEqual([]);
  }
  // A search for a whole number is allowed. A search for a part would reveal a number digit by digit.
  const finds = async (query: string) => {
    const text = await (await context.request.get(`/calls?${query}`)).text();
    return [callHref(CALL), callHref("another")].map((href) => text.includes(href));
  };
  expect(await finds("phone=0538719042")).toEqual([true, false]);
  expect(await finds("phone=%2B966538719042")).toEqual([true, false]);
  for (const query of ["phone=9042", "phone=05387", "q=053+871+9042"]) {
    expect(await finds(query), query).toEqual([true, true]);
  }
  const file = await context.request.get("/calls/export.csv");
  expect(await file.text()).toContain(NUMBER);
  expect(await sql`select detail -> 'numbers' as numbers from audit_events where action = 'calls_exported'`).toEqual([
    { numbers: true },
  ]);
  await page.goto(callHref(CALL));
  await expect(page.getByText("+966 ••• 42")).toBeVisible();
  await expect(async () => {
    // Keys have no effect before the page is hydrated.
    await page.keyboard.press("r");
    await expect(page.getByText(NUMBER, { exact: true })).toBeVisible({ timeout: 1000 });
  }).toPass();
  expect(await sql`select actor_name, call_id from audit_events where action = 'number_revealed'`).toEqual([
    { actor_name: "Omar", call_id: CALL },
  ]);
  await context.close();
  // Turn masking off through the page: the application caches the settings, and the next test would see the old ones.
  await adminPage.getByRole("switch", { name: /Operators must reveal each number/ }).click();
  await expect.poll(() => sql`select mask_numbers from organization`).toEqual([{ mask_numbers: false }]);
});

test("a delivery that an operator downloads or views contains no signature of a recording URL", async ({
  app,
  database: { sql },
}) => {
  const url = "https://storage.googleapis.com/r/a.mp4?X-Goog-Date=20260504T090000Z&X-Goog-Signature=5ec4e7f00d";
  const body = JSON.stringify(complete("signed", { recording_url: url }));
  const headers = { referer: url, "x-forwarded-uri": new URL(app.webhookUrl).pathname, "x-kept": "as it came" };
  expect((await fetch(app.webhookUrl, { method: "POST", body, headers })).status).toBe(200);
  const [answer] = await sql<{ id: string }[]>`
    insert into api_answers (call_id, body, answered_at)
    values ('signed', ${Buffer.from(JSON.stringify({ data: { recording_url: url } }))}, now()) returning id`;
  const [delivery] = await sql<{ id: string }[]>`select id from deliveries where call_id = 'signed'`;
  const operator = await clientOf(app.url, await addUser(sql, "operator"));
  const file = await (await operator.get(`/deliveries/${delivery?.id}/body`)).text();
  expect(file).toContain("X-Goog-Signature=");
  expect(file).not.toMatch(/X-Goog-Signature=[0-9a-f]/i);
  expect(file).toBe(body.replace("5ec4e7f00d", ".........."));
  for (const path of [
    `/deliveries/${delivery?.id}`,
    `/calls/signed/deliveries/${delivery?.id}`,
    `/calls/signed/answers/${answer?.id}`,
  ]) {
    expect(await (await operator.get(path)).text(), path).not.toContain("5ec4e7f00d");
  }
  const page = await (await operator.get(`/deliveries/${delivery?.id}`)).text();
  expect(page).toContain("as it came");
  expect(page).toContain("/webhooks/sarj/[hidden]");
});

test("numbers are masked while the setting cannot be read, and within seconds of a change by another process", async ({
  app,
  database: { sql, superuser },
}) => {
  const operator = await clientOf(app.url, await addUser(sql, "operator"));
  const isShown = async () => (await (await operator.get("/calls")).text()).includes("538719042");
  await expect.poll(isShown).toBe(true);
  // This lock prevents reading the setting. The cached value must not be used after it expires.
  const released = Promise.withResolvers<undefined>();
  const locked = Promise.withResolvers<undefined>();
  const holding = superuser.begin(async (transaction) => {
    await transaction`lock table organization in access exclusive mode`;
    locked.resolve(undefined);
    await released.promise;
  });
  await locked.promise;
  try {
    await expect.poll(isShown, { timeout: 15_000 }).toBe(false);
  } finally {
    released.resolve(undefined);
    await holding;
  }
  await expect.poll(isShown, { timeout: 15_000 }).toBe(true);
  await sql`update organization set mask_numbers = true`;
  await expect.poll(isShown, { timeout: 15_000 }).toBe(false);
  await sql`update organization set mask_numbers = false`;
  await expect.poll(isShown, { timeout: 15_000 }).toBe(true);
});
