import { gzipSync } from "node:zlib";

import type { Sql } from "postgres";

import { expect, test } from "@/tests/fixtures/test";

test.beforeEach(async ({ database: { sql, empty } }) => {
  await empty();
  await sql`insert into organization (time_zone) values ('Asia/Riyadh')`;
});

const ROWS = 50;
/** Bytes. They depend on nothing but the code and the data, so a larger page is a change of the code. */
const LIMIT = 140_000;
const COMPRESSED_LIMIT = 24_000;

/** Inserts calls of which each has a name, a number and a scenario of its own. */
async function store(sql: Sql) {
  await sql`
    insert into calls (call_id, outcome, goal, direction, language, phone_number, customer_name, scenario_id, started_at, duration_seconds, enrichment_state, enrichment_due_at)
    select gen_random_uuid(), case when i % 3 = 0 then 'no_answer' else 'complete' end, case when i % 3 = 0 then null else 'success' end,
      'outbound', 'ar', '+9665000000' || lpad(i::text, 2, '0'), 'Customer ' || i || ' القحطاني', 'appointment-reminder-' || i,
      timestamptz '2026-05-04 09:00Z' - i * interval '1 minute', case when i % 3 = 0 then null else i end, 'done', null
    from generate_series(1, ${ROWS}) i`;
  await sql`insert into call_details (call_id, facts) select call_id, '{}' from calls`;
}

/** The text of a document's scripts, in which React sends the props of client components. There, `&` is `\u0026`. */
const scriptsOf = (html: string) =>
  [...html.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)]
    .map(([, text = ""]) =>
      text.replace(/\\u([\da-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
    )
    .join("");

test("a document has the rows of the list once, as HTML, and is small", async ({
  adminPage: page,
  database: { sql },
}) => {
  await store(sql);
  const calls = await sql<{ id: string; name: string; phone: string; scenario: string }[]>`
    select call_id as id, customer_name as name, phone_number as phone, scenario_id as scenario from calls`;
  const html = await (await page.request.get("/calls")).text();
  const scripts = scriptsOf(html);
  expect(scripts.length).toBeGreaterThan(1_000);
  for (const { id, name, phone, scenario } of calls) {
    expect(html.split(`href="/calls/${id}"`)).toHaveLength(2);
    expect(html.split(phone)).toHaveLength(2);
    expect(html.split(`${scenario}<`)).toHaveLength(2);
    expect(html).toContain(name);
    expect([id, name, phone].filter((text) => scripts.includes(text))).toEqual([]);
  }
  expect(html.match(/<tr[ >]/g)).toHaveLength(ROWS + 1);
  expect(Buffer.byteLength(html)).toBeLessThan(LIMIT);
  expect(gzipSync(html).length).toBeLessThan(COMPRESSED_LIMIT);

  // The router gets the rows as data.
  const data = await (await page.request.get("/calls", { headers: { rsc: "1" } })).text();
  expect(calls.filter(({ phone }) => !data.includes(phone))).toEqual([]);
});

test("the style sheet draws the icons of rows, also on paper and with the colours of the system", async ({
  adminPage: page,
  database: { sql },
}) => {
  await store(sql);
  await page.goto("/calls");
  const looksOf = () =>
    page
      .locator("tbody .icon")
      .evaluateAll((icons) =>
        icons.map((icon) => [getComputedStyle(icon).maskImage, getComputedStyle(icon).backgroundColor]),
      );
  const looks = await looksOf();
  expect(looks.length).toBeGreaterThan(ROWS);
  expect(looks.filter(([mask]) => mask?.startsWith('url("data:image/svg+xml,') !== true)).toEqual([]);
  expect(
    await page
      .locator("tbody .icon")
      .first()
      .evaluate((icon) => getComputedStyle(icon).printColorAdjust),
  ).toBe("exact");
  await page.emulateMedia({ forcedColors: "active" });
  const surface = await page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor);
  expect((await looksOf()).filter(([, color]) => color === surface || color === "rgba(0, 0, 0, 0)")).toEqual([]);
});

for (const by of ["calls", "contacts"]) {
  test(`the list of ${by} works with the document's rows and with rows that the router loaded`, async ({
    adminPage: page,
    database: { sql },
  }) => {
    await store(sql);
    const rows = page.locator("tbody tr");
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto(`/calls?by=${by}`);
    await page.evaluate(() => Object.assign(window, { isSameDocument: true }));
    await expect(rows).toHaveCount(ROWS);
    const text = await rows.nth(6).innerText();

    // A page of the same document, and back: the rows are not on the server any more, and the browser got no data. It has kept the HTML.
    await page.getByRole("link", { name: "Overview" }).first().click();
    await expect(page).toHaveURL("/");
    const asked: string[] = [];
    page.on("request", (request) => {
      const { rsc, "next-router-prefetch": prefetch } = request.headers();
      if (rsc !== undefined && prefetch === undefined) {
        asked.push(new URL(request.url()).pathname);
      }
    });
    await page.goBack();
    await expect(rows).toHaveCount(ROWS);
    expect(await rows.nth(6).innerText()).toBe(text);
    expect(asked).toEqual([]);
    await rows.nth(6).click();
    await expect(page.getByRole("dialog", { name: "Call" })).toContainText("Customer 7");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);

    await page.getByRole("columnheader").getByRole("link", { name: "Sort: oldest first" }).click();
    await expect(page).toHaveURL(/sort=time/);
    await expect(rows.nth(ROWS - 1 - 6)).toHaveText(/Customer 7 /);
    expect(await rows.nth(ROWS - 1 - 6).innerText()).toBe(text);
    await rows.nth(ROWS - 1 - 7).click();
    await expect(page.getByRole("dialog", { name: "Call" })).toContainText("Customer 8");
    expect(await page.evaluate(() => "isSameDocument" in window)).toBe(true);
    expect(errors).toEqual([]);
  });
}

const HOSTILE = ["</script><img src=x onerror=alert(1)>", "<!-- <script>", '</tbody></table>"&amp;'];

test("names that are HTML are texts, also after two steps back to the document's rows", async ({
  adminPage: page,
  database: { sql },
}) => {
  await store(sql);
  await sql`
    update calls set customer_name = names.name, scenario_id = names.name
    from unnest(${HOSTILE}::text[]) with ordinality as names (name, nth) where customer_name like 'Customer ' || nth || ' %'`;
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const rows = page.locator("tbody tr");
  await page.goto("/calls");
  await expect(rows).toHaveCount(ROWS);
  await page.evaluate(() => Object.assign(window, { isSameDocument: true }));
  await page.getByRole("link", { name: "Overview" }).first().click();
  await expect(page).toHaveURL("/");
  await page.getByRole("link", { name: "Deliveries" }).first().click();
  await expect(page).toHaveURL("/deliveries");
  await page.goBack();
  await expect(page).toHaveURL("/");
  await page.goBack();
  await expect(page).toHaveURL("/calls");
  await expect(rows).toHaveCount(ROWS);
  for (const [index, name] of HOSTILE.entries()) {
    await expect(rows.nth(index)).toContainText(name);
  }
  await expect(page.locator("tbody img")).toHaveCount(0);
  expect(await page.evaluate(() => "isSameDocument" in window)).toBe(true);
  expect(dialogs).toEqual([]);
});

test("a document has the figures of the overview once, as HTML, with links that the router follows", async ({
  adminPage: page,
  database: { sql },
}) => {
  await store(sql);
  await sql`
    update calls set started_at = now() - interval '1 hour', scenario_id = ${HOSTILE[0] ?? ""}::text || duration_seconds % 2`;
  const html = await (await page.request.get("/?range=30d")).text();
  const hrefs = [...html.matchAll(/<a href="(\/calls\?[^"]*)"/g)].map(([, href = ""]) => href.replaceAll("&amp;", "&"));
  expect(hrefs.length).toBeGreaterThan(30);
  const scripts = scriptsOf(html);
  expect(hrefs.filter((href) => scripts.includes(href))).toEqual([]);
  // The router gets them as data.
  const data = await (await page.request.get("/?range=30d", { headers: { rsc: "1" } })).text();
  expect(hrefs.filter((href) => !data.includes(href))).toEqual([]);

  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto("/?range=30d");
  await page.evaluate(() => Object.assign(window, { isSameDocument: true }));
  const row = page.getByRole("row", { name: HOSTILE[0] ?? "" }).first();
  const figure = row.getByRole("link").nth(1);
  const number = await figure.innerText();
  await figure.click();
  await expect(page.getByTestId("call-count")).toContainText(`${number} calls`);
  await page.goBack();
  await expect(figure).toHaveText(number);
  // The button asks the server for data, and the panels are rendered from it.
  await sql`update calls set started_at = now() - interval '90 days' where duration_seconds = 1`;
  await page.getByRole("button", { name: /Updated/ }).click();
  const figures = page.getByRole("region", { name: "Figures" });
  await expect(figures.getByRole("link", { name: `${ROWS - 1} dials`, exact: true })).toBeVisible();
  expect(await page.evaluate(() => "isSameDocument" in window)).toBe(true);
  expect(errors).toEqual([]);
});

test("the density changes without the server, and the next document has it", async ({
  adminPage: page,
  database: { sql },
}) => {
  await store(sql);
  await page.goto("/calls");
  const row = page.locator("tbody tr").nth(2);
  const heightOf = async () => (await row.boundingBox())?.height ?? 0;
  const before = await heightOf();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("button", { name: "Compact" }).click();
  await expect(page.locator("table.compact")).toHaveCount(1);
  expect(await heightOf()).toBeLessThan(before);
  expect(requests.filter((url) => url.includes("/calls"))).toEqual([]);
  const html = await (await page.request.get("/calls")).text();
  expect(html).toMatch(/<table class="[^"]*\bcompact\b/);
});

test("another layout of the table asks for the rows once more", async ({ adminPage: page, database: { sql } }) => {
  await store(sql);
  await page.goto("/calls");
  const cells = page.locator("tbody tr").nth(2).locator("td:visible");
  await expect(cells).toHaveCount(10);
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Direction" }).check();
  await expect(cells).toHaveCount(11);
  await page.getByRole("checkbox", { name: "Phone" }).uncheck();
  await expect(cells).toHaveCount(10);
  // A narrow screen shows the number nevertheless.
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 390, height: 800 });
  await expect(page.locator("tbody tr").nth(2).getByText("+966500000003")).toBeVisible();
});
