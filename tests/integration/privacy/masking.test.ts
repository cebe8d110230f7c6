import { type APIRequestContext, request as playwrightRequest } from "@playwright/test";

import { addReview } from "@/db/calls/reviews";
import { rereadCall } from "@/db/reinterpretation/call";
import { callHref } from "@/lib/call/link";
import { ADMIN } from "@/tests/fixtures/environment";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";
import { complete, notCompleted, postWebhook } from "@/tests/fixtures/webhooks";

/**
 * A viewer sees no phone number: neither the call's number nor a mentioned one, in any place and notation. An operator who has to reveal numbers sees
 * none either, until then.
 */

const NUMBER = "+966538719042";
/** A number that is mentioned in the call. */
const OTHER = "055 512 3987";
const CALL = "masked/call 1";
/** The call's number in international form, in national form and in Arabic digits. */
const CANARIES = [
  /53[^\p{L}\p{N}]*8[^\p{L}\p{N}]*7[^\p{L}\p{N}]*1[^\p{L}\p{N}]*9[^\p{L}\p{N}]*0[^\p{L}\p{N}]*4/u,
  /719042|５３８７１|۵۳۸۷۱/u,
  /538[\s().-]*719[\s().-]*042/u,
  /53[\s().-]*871[\s().-]*9042/u,
  /٥٣٨٧١٩٠٤٢|٥٣، ٨٧١|u0665.u0663/u,
];
const OTHER_CANARY = /512[\s().-]*3987/u;

/** The credential of a URL. */
const SECRET = "S3cr3tOfTheUrl";

const call = complete(CALL, {
  phone_number: NUMBER,
  total_duration: 77,
  enhanced_transcript: {
    transcript: {
      messages: [
        { type: "instructions", role: "system prompt", content: `You call ${NUMBER}.` },
        { type: "message", role: "assistant", content: "Is 053 871 9042 still your number?", start_at: 1 },
        { type: "message", role: "user", content: "نعم ٠٥٣٨٧١٩٠٤٢ أو ٠٥٣، ٨٧١، ٩٠٤٢", start_at: 3 },
        {
          type: "message",
          role: "user",
          content: "cust_0538719042, 05_38_71_90_42, ０５３８７１９０４２, ۰۵۳۸۷۱۹۰۴۲, a0538719042b",
          start_at: 3.2,
        },
        // Over two turns.
        { type: "message", role: "user", content: "so it ends 053871", start_at: 3.3 },
        { type: "message", role: "assistant", content: "yes, and then?", start_at: 3.35 },
        { type: "message", role: "user", content: "904 2, right", start_at: 3.4 },
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
    link: `https://x.example/r?a=1&t=${SECRET}`,
    nested: JSON.stringify({ url: `https://x.example/r?a=1&access_token=${SECRET}` }),
  },
});

/** A call whose words are all the vendor's, and contain numbers. */
const worded = complete("worded", {
  phone_number: "+966509999998",
  direction: `to ${NUMBER}`,
  status: "status_0538719042",
  interaction_type: "by 053 871 9042",
  report: { outcome: { status: "goal 0538719042", reason: "", success_criteria: [] } },
});
const unknownType = { call_id: "unknown type", payload: { type: "called 0538719042", root_call_id: null } };

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
    worded,
    unknownType,
  ];
  for (const body of bodies) {
    await postWebhook(app, body);
  }
  const { sql } = database;
  await sql`update call_details set variables = ${sql.json({ customer_name: `Sara ${NUMBER}`, mobile: NUMBER })} where call_id = ${CALL}`;
  await sql`update calls set scenario_id = ${`scenario ${NUMBER}`}, language = '0538719042' where call_id = 'worded'`;
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
  callHref("worded"),
  callHref("unknown type"),
  "/calls?form=filters",
];
const REFUSED = [
  "/deliveries",
  "/calls/export.csv",
  `${callHref(CALL)}/recording`,
  "/settings/audit",
  "/settings/audit/export.csv",
  "/settings/privacy",
];
/** The pages and files that contain a number for this person, in any of the forms in which Next sends them. */
async function leaksTo(
  client: APIRequestContext,
  paths: readonly string[],
  statusOf: (path: string) => number,
): Promise<string[]> {
  const leaks: string[] = [];
  for (const path of paths) {
    for (const { name, headers } of FORMS) {
      const answer = await client.get(path, { headers });
      const text = await answer.text();
      const found = [...CANARIES, OTHER_CANARY].map((canary) => canary.exec(text)).find((match) => match !== null);
      if (found !== undefined) {
        leaks.push(`${path}, ${name}: ${text.slice(Math.max(0, found.index - 60), found.index + 40)}`);
      }
      if (text.includes(SECRET)) {
        leaks.push(`${path}, ${name}: a credential`);
      }
      if (name === "HTML") {
        expect(answer.status(), path).toBe(statusOf(path));
      }
    }
  }
  return leaks;
}

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
  await sql`
    insert into contract_sightings (flag, count, first_seen_at, last_seen_at)
    values (${`payload.status=${NUMBER}: unknown_value`}, 1, now(), now()) on conflict do nothing`;
  const bodies = [
    `/deliveries/${delivery?.id}`,
    `/deliveries/${delivery?.id}/body`,
    `${callHref(CALL)}/deliveries/${delivery?.id}`,
    `${callHref(CALL)}/answers/${answer?.id}`,
  ];

  expect(
    await leaksTo(viewer, [...PAGES, ...REFUSED, ...bodies], (path) => (PAGES.includes(path) ? 200 : 403)),
  ).toEqual([]);
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

  /* The same for an operator who has to reveal numbers, on all pages and in all files. */
  await sql`update organization set mask_numbers = true`;
  await expect.poll(async () => (await (await operator.get("/calls")).text()).includes("538719042")).toBe(false);
  const files = ["/calls/export.csv", "/calls/export.csv?by=contacts", "/calls/export.csv?bom=0"];
  const allDeliveries = await sql<{ id: string }[]>`select id from deliveries`;
  const pages = [...PAGES, "/deliveries", ...files, ...bodies, ...allDeliveries.map(({ id }) => `/deliveries/${id}`)];
  expect(await leaksTo(operator, pages, () => 200)).toEqual([]);
  expect(await sql`select from audit_events where action = 'number_revealed'`).toEqual([]);

  /* What is revealed is revealed once, and each time is recorded. */
  const revealing = [callHref(CALL), ...bodies];
  for (const path of revealing) {
    expect(await (await operator.get(`${path}?numbers=shown`)).text(), path).toMatch(/538719042|538 719 042/);
  }
  expect(await leaksTo(operator, revealing, () => 200)).toEqual([]);
  const revealed = await sql`select call_id, subject from audit_events where action = 'number_revealed' order by at`;
  expect(revealed.map(({ call_id }) => call_id)).toEqual(revealing.map(() => CALL));
  expect(new Set(revealed.map(({ subject }) => subject))).toEqual(new Set([null, delivery?.id, answer?.id]));
  // A viewer cannot reveal.
  expect(
    await leaksTo(
      viewer,
      PAGES.map((path) => `${path}${path.includes("?") ? "&" : "?"}numbers=shown`),
      () => 200,
    ),
  ).toEqual([]);
  await sql`update organization set mask_numbers = false`;
  await expect.poll(async () => (await (await operator.get("/calls")).text()).includes("538719042")).toBe(true);

  // Nobody sees a credential.
  for (const path of [callHref(CALL), ...bodies]) {
    expect(await (await operator.get(path)).text(), path).not.toContain(SECRET);
  }
});

test("a viewer cannot discover a number by searching for it", async ({ app, database: { sql } }) => {
  const viewer = await clientOf(app.url, await addUser(sql, "viewer"));
  const list = async (query: string) => (await viewer.get(`/calls?${query}`)).text();
  const rightAndWrong = [
    ["phone=0538719042", "phone=0507777777"],
    ["q=0538719042", "q=0507777777"],
    ["q=05_38_71_90_42", "q=05_07_77_77_77"],
    ["q=0538.719.042", "q=0507.777.777"],
    ["q=053%CC%81871%CC%819042", "q=050%CC%81777%CC%817777"],
    ["q=%EF%BC%90%EF%BC%95%EF%BC%93%EF%BC%98%EF%BC%97%EF%BC%91%EF%BC%99%EF%BC%90%EF%BC%94%EF%BC%92", "q=0507777777"],
    ["scenario=scenario+%2B966538719042", "scenario=scenario+%2B966507777777"],
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

test("the figures of the overview are the same for a viewer, whatever number is searched for", async ({
  app,
  database: { sql },
}) => {
  const viewer = await clientOf(app.url, await addUser(sql, "viewer"));
  const figuresOf = async (query: string) => {
    const text = await (await viewer.get(`/?from=2026-05-01&to=2026-05-31&counted=all&${query}`)).text();
    // Parts of the page arrive in any order.
    return [...text.matchAll(/>([\d,.]+)%?</g)].map(([, figure]) => figure).sort();
  };
  const figures = await figuresOf("");
  expect(figures.length).toBeGreaterThan(0);
  for (const query of ["phone=0538719042", "phone=0507777777", "q=0538719042", "q=0507777777"]) {
    expect(await figuresOf(query), query).toEqual(figures);
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
  const part = await context.request.get("/calls/export.csv?phone=9042");
  expect(part.headers()["x-ignored-parameters"]).toBe("phone");
  expect(await part.text()).toContain("another");
  const file = await (await context.request.get("/calls/export.csv")).text();
  expect(file).toContain("+966 ••• 42");
  expect([...CANARIES, OTHER_CANARY].filter((canary) => canary.test(file))).toEqual([]);
  expect(await sql`select from audit_events where action = 'calls_exported' and detail ? 'numbers'`).toEqual([]);
  expect(await (await context.request.get("/calls/export.csv?numbers=shown")).text()).toContain(NUMBER);
  expect(
    await sql`select detail -> 'numbers' as numbers from audit_events where action = 'calls_exported' and detail ? 'numbers'`,
  ).toEqual([{ numbers: true }]);
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

test("the index of the search contains no digit of a number, so that no part of one can be tested", async ({
  app,
  database: { sql },
}) => {
  const operator = await clientOf(app.url, await addUser(sql, "operator"));
  const finds = async (q: string) =>
    (await (await operator.get(`/calls?q=${encodeURIComponent(q)}`)).text()).includes(callHref(CALL));
  for (const part of [
    "053",
    "871",
    "9042",
    "0538719042",
    "538719042",
    '"053 871"',
    "05_38",
    "cust_0538719042",
    "904",
  ]) {
    expect(await finds(part), part).toBe(false);
  }
  expect(await finds("1234")).toBe(true);
  expect(await finds("order")).toBe(true);
  const [row] = await sql<{ words: string }[]>`
    select concat(search, ' ', name_search) as words from call_details where call_id = ${CALL}`;
  expect(row?.words).not.toMatch(/538|871|9042|512|3987/);

  // Rows that an earlier version wrote are written again, also if the body is gone.
  await sql`update call_details set search = to_tsvector('simple', '053 871 9042 order'), name_search = to_tsvector('simple', '0538719042')`;
  expect(await finds("9042")).toBe(true);
  await sql`delete from deliveries where call_id = ${CALL}`;
  expect(await rereadCall(CALL)).toBe("changed");
  expect(await finds("9042")).toBe(false);
  expect(await finds("order")).toBe(true);
  expect(await rereadCall(CALL)).toBe("unchanged");
});
