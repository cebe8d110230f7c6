import { type APIRequestContext, type APIResponse, request as playwrightRequest } from "@playwright/test";
import type postgres from "postgres";

import { callHref, recordingHref } from "@/lib/call/link";
import { AUDIT_ACTIONS, type AuditAction } from "@/lib/privacy/audit";
import { secretLabel } from "@/lib/sarj/secrets";
import { generateCall } from "@/scripts/simulator/generate";
import { type App, startApp } from "@/tests/fixtures/app";
import { actionsOfBuild } from "@/tests/fixtures/build";
import { createDatabase } from "@/tests/fixtures/database";
import { ADMIN, WEBHOOK_SECRET } from "@/tests/fixtures/environment";
import { formOf } from "@/tests/fixtures/form";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { startSyslogReceiver } from "@/tests/fixtures/syslog-receiver";
import { expect, test } from "@/tests/fixtures/test";
import { addUser, type TestUser } from "@/tests/fixtures/users";
import { complete, postWebhook } from "@/tests/fixtures/webhooks";

/**
 * Performs each audited action over HTTP and compares all columns of the events. Other tests cover what needs a browser or an identity
 * provider: one's own password and second factor (`tests/e2e/users.test.ts`), single sign-on (`tests/e2e/single-sign-on.test.ts`) and
 * the setup page (`tests/e2e/sign-in.test.ts`). Their audit actions also occur here.
 */

const ADDRESS = "192.0.2.77";
const A_TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown;
const IMPORT = expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown;

type Row = {
  action: AuditAction;
  actor?: string | null;
  call?: unknown;
  subject?: unknown;
  rows?: number;
  detail?: unknown;
  address?: string | null;
};

type World = {
  app: App;
  sql: postgres.Sql;
  /** A client of the administrator, at `ADDRESS`. */
  admin: APIRequestContext;
  /** A client without a session at first, at `ADDRESS`. */
  visitor: APIRequestContext;
  /** Calls a server action as a browser does. Returns the text of the answer. */
  act(name: string, args: unknown[]): Promise<string>;
  /** Submits a form to a server action. Returns the text of the answer. */
  submit(name: string, fields: Record<string, string>, by?: APIRequestContext): Promise<string>;
  recorded: string;
  deliveries: string[];
  person: TestUser;
  state: { token?: string; importId?: string; answerId?: string };
};

type Act = { name: string; run: (world: World) => Promise<unknown>; writes: (world: World) => Row[] };

const ok = async (answer: Promise<APIResponse>) => expect((await answer).status()).toBeLessThan(300);

const ACTS: Act[] = [
  {
    name: "signing in",
    run: ({ visitor }) => ok(visitor.post("/api/auth/sign-in/email", { data: ADMIN })),
    writes: () => [{ action: "sign_in", detail: { by: "password" } }],
  },
  {
    name: "signing out",
    run: ({ visitor }) => ok(visitor.post("/api/auth/sign-out", { data: {} })),
    writes: () => [{ action: "sign_out" }],
  },
  {
    name: "ending one's other sessions, and changing one's name",
    run: async ({ act, submit }) => {
      await act("settings/account/actions#endOtherSessions", []);
      await submit("settings/account/actions#saveName", { name: "Ada" });
    },
    writes: () => [
      { action: "sessions_ended", subject: ADMIN.email, rows: 0 },
      { action: "user_changed", subject: ADMIN.email, detail: { name: true } },
    ],
  },
  {
    name: "forgetting a device, and disconnecting single sign-on",
    run: async ({ act, sql }) => {
      const [device] = await sql<{ id: string }[]>`select id from known_devices limit 1`;
      await act("settings/account/actions#forgetOwnDevice", [device?.id]);
      await sql`insert into account (id, account_id, provider_id, user_id)
        select 'sso', 'subject', 'oidc', id from "user" where email = ${ADMIN.email}`;
      await act("settings/account/single-sign-on-actions#disconnectSingleSignOn", [ADMIN.password]);
    },
    writes: () => [
      { action: "device_forgotten", subject: ADMIN.email },
      { action: "single_sign_on_changed", subject: ADMIN.email, detail: { on: false } },
    ],
  },
  {
    name: "a wrong password",
    run: ({ visitor }) => visitor.post("/api/auth/sign-in/email", { data: { ...ADMIN, password: "not the password" } }),
    writes: () => [{ action: "sign_in_failed", actor: null, subject: ADMIN.email, detail: { by: "password" } }],
  },
  {
    name: "listening to two ranges of a recording",
    run: async ({ admin, recorded }) => {
      for (const range of ["bytes=0-9", "bytes=10-19"]) {
        await ok(admin.get(recordingHref(recorded), { headers: { range } }));
      }
    },
    writes: ({ recorded }) => [{ action: "recording_listened", call: recorded }],
  },
  {
    name: "downloading a recording",
    run: ({ admin, recorded }) => ok(admin.get(`${recordingHref(recorded)}?download=1`)),
    writes: ({ recorded }) => [{ action: "recording_downloaded", call: recorded }],
  },
  {
    name: "revealing a number",
    run: ({ act }) => act("calls/[callId]/actions#revealNumber", ["one"]),
    writes: () => [{ action: "number_revealed", call: "one" }],
  },
  {
    name: "marking a call as a test",
    run: ({ act }) => act("calls/[callId]/actions#markCallAsTest", [{ callId: "two", isTest: true }]),
    writes: () => [{ action: "call_marked", call: "two", detail: { is_test: true } }],
  },
  {
    name: "exporting calls",
    run: ({ admin }) => ok(admin.get("/calls/export.csv?test=1&q=call+0501234567")),
    writes: () => [{ action: "calls_exported", rows: 0, detail: { q: "call …", test: "1" } }],
  },
  {
    name: "exporting the audit log",
    run: ({ admin }) => ok(admin.get("/settings/audit/export.csv?action=sign_in")),
    writes: () => [{ action: "audit_exported", detail: { action: "sign_in" } }],
  },
  {
    name: "viewing a delivery and downloading its body",
    run: async ({ admin, deliveries: [first] }) => {
      await ok(admin.get(`/deliveries/${first}`));
      await ok(admin.get(`/deliveries/${first}/body`));
    },
    writes: ({ deliveries: [first] }) => [
      { action: "delivery_viewed", call: "one", subject: first },
      { action: "delivery_viewed", call: "one", subject: first, detail: { download: true } },
    ],
  },
  {
    name: "viewing a delivery on the page of its call",
    run: ({ admin, deliveries: [, second] }) => ok(admin.get(`${callHref("two")}/deliveries/${second}`)),
    writes: ({ deliveries: [, second] }) => [{ action: "delivery_viewed", call: "two", subject: second }],
  },
  {
    name: "viewing an answer of the API on the page of its call, twice",
    run: async ({ admin, sql, state }) => {
      const [answer] = await sql<{ id: string }[]>`
        insert into api_answers (call_id, body, answered_at) values ('two', '{}', now()) returning id`;
      state.answerId = answer?.id ?? "";
      for (const path of [`${callHref("two")}/answers/${answer?.id}`, `${callHref("two")}/answers/${answer?.id}`]) {
        await ok(admin.get(path));
      }
    },
    writes: ({ state }) => [{ action: "api_answer_viewed", call: "two", subject: state.answerId }],
  },
  {
    name: "having everything read again",
    run: ({ act }) => act("deliveries/actions#rereadEverything", []),
    writes: () => [{ action: "data_reinterpreted" }],
  },
  {
    name: "reading a damaged delivery again, and deleting one",
    run: async ({ act }) => {
      await act("deliveries/actions#retryDamaged", ["1-a.0.damaged"]);
      await act("deliveries/actions#deleteDamaged", ["1-a.0.damaged"]);
    },
    writes: () => [
      { action: "damaged_delivery_retried", subject: "1-a.0.damaged" },
      { action: "damaged_delivery_deleted", subject: "1-a.0.damaged" },
    ],
  },
  {
    name: "replaying one delivery, then two deliveries",
    run: async ({ act, deliveries: [first, second] }) => {
      await act("deliveries/actions#replaySelection", [[first]]);
      await act("deliveries/actions#replaySelection", [[first, second]]);
    },
    writes: ({ deliveries: [first, second] }) => [
      { action: "delivery_replayed", rows: 1, subject: first },
      { action: "delivery_replayed", rows: 2, detail: { deliveries: `${first} ${second}` } },
    ],
  },
  {
    name: "importing a list in two parts",
    run: async ({ act, sql, state }) => {
      await act("settings/import/actions#beginImport", [{ source: "pasted", fileName: null, ids: ["a-1", "a-2"] }]);
      const [stored] = await sql<{ id: string }[]>`select id from imports`;
      state.importId = stored?.id ?? "";
      await act("settings/import/actions#addToImport", [{ id: stored?.id, ids: ["a-3", "a-4", "a-5"] }]);
    },
    writes: ({ state }) => [
      { action: "import_started", subject: state.importId, rows: 2, detail: { source: "pasted" } },
      { action: "import_started", subject: state.importId, rows: 3, detail: { more: true } },
    ],
  },
  {
    name: "cancelling an import",
    run: ({ act, state }) => act("settings/import/actions#stopImport", [state.importId]),
    writes: () => [{ action: "import_cancelled", subject: IMPORT }],
  },
  {
    name: "changing the organization",
    run: ({ submit }) =>
      submit("settings/actions#updateOrganization", { name: "Ops", timeZone: "UTC", weekStart: "1" }),
    writes: () => [
      { action: "settings_changed", subject: "organization", detail: { name: "Ops", time_zone: "UTC", week_start: 1 } },
    ],
  },
  {
    name: "masking numbers",
    run: ({ act }) => act("settings/privacy/actions#setMasking", [true]),
    writes: () => [{ action: "settings_changed", subject: "mask_numbers", detail: { to: true } }],
  },
  {
    name: "revealing the webhook URL",
    run: ({ act }) => act("settings/vendor/actions#revealWebhook", [secretLabel(WEBHOOK_SECRET)]),
    writes: () => [{ action: "secret_revealed", subject: secretLabel(WEBHOOK_SECRET) }],
  },
  {
    name: "sending a test call",
    run: ({ act }) => act("settings/vendor/actions#sendTestCall", [secretLabel(WEBHOOK_SECRET)]),
    writes: () => [
      {
        action: "test_call_sent",
        subject: secretLabel(WEBHOOK_SECRET),
        call: expect.stringMatching(/^test-/),
        detail: { outcome: "answered" },
      },
    ],
  },
  {
    name: "inviting a user",
    run: async ({ submit, state }) => {
      const text = await submit("settings/users/actions#invite", {
        email: "Invited@Callboard.example",
        name: "",
        role: "operator",
      });
      state.token = /\/invite\/([\w-]+)/.exec(text)?.[1] ?? "";
    },
    writes: () => [{ action: "user_invited", subject: "invited@callboard.example", detail: { role: "operator" } }],
  },
  {
    name: "accepting an invitation",
    run: ({ submit, visitor, state }) => {
      const fields = {
        token: state.token ?? "",
        purpose: "invite",
        name: "Invited",
        password: "a long enough password",
      };
      return submit("_link/actions#redeem", fields, visitor);
    },
    writes: () => [
      { action: "user_joined", actor: "invited@callboard.example", subject: "invited@callboard.example" },
      { action: "sign_in", actor: "invited@callboard.example", detail: { by: "password" } },
    ],
  },
  {
    name: "changing a role",
    run: ({ act, person }) => act("settings/users/actions#setRole", [{ id: person.id, role: "operator" }]),
    writes: ({ person }) => [{ action: "user_changed", subject: person.email, detail: { role: "operator" } }],
  },
  {
    name: "issuing and using a link for a new password",
    run: async ({ act, submit, visitor, person }) => {
      const text = await act("settings/users/actions#makeLink", [person.id]);
      const token = /\/reset\/([\w-]+)/.exec(text)?.[1] ?? "";
      await visitor.post("/api/auth/sign-out", { data: {} });
      await submit("_link/actions#redeem", { token, purpose: "reset", password: "another long password" }, visitor);
    },
    writes: ({ person }) => [
      { action: "password_reset", subject: person.email, detail: { link: true } },
      { action: "sign_out", actor: "invited@callboard.example" },
      { action: "password_reset", actor: person.email, subject: person.email },
      { action: "sign_in", actor: person.email, detail: { by: "password" } },
    ],
  },
  {
    name: "removing a user's second factor",
    run: async ({ act, sql, person }) => {
      await sql`update "user" set two_factor_enabled = true where id = ${person.id}`;
      await act("settings/users/actions#resetSecondFactor", [person.id]);
    },
    writes: ({ person }) => [{ action: "second_factor_changed", subject: person.email, detail: { on: false } }],
  },
  {
    name: "ending a user's sessions",
    run: async ({ act, sql, person }) => {
      // The earlier changes have ended the others.
      await sql`insert into session (id, token, expires_at, user_id)
        values ('a', 'a session', now() + interval '1 day', ${person.id})`;
      await act("settings/users/actions#signOutEverywhere", [person.id]);
    },
    writes: ({ person }) => [{ action: "sessions_ended", subject: person.email, rows: 1 }],
  },
  {
    name: "deactivating and reactivating a user",
    run: async ({ act, person }) => {
      await act("settings/users/actions#deactivate", [person.id]);
      await act("settings/users/actions#reactivate", [person.id]);
      // The user is active already, so this is not recorded.
      await act("settings/users/actions#reactivate", [person.id]);
    },
    writes: ({ person }) => [
      { action: "user_deactivated", subject: person.email },
      { action: "user_reactivated", subject: person.email },
    ],
  },
  {
    name: "changing the retention rules, which are applied immediately",
    run: ({ act }) =>
      act("settings/privacy/actions#applyRetention", [
        { recordingDays: "3650", transcriptDays: "", callDays: "", deliveryDays: "" },
      ]),
    writes: () => [
      {
        action: "retention_changed",
        detail: { recordingDays: 3650, transcriptDays: null, callDays: null, deliveryDays: null },
      },
      { action: "retention_run", rows: 0, detail: { recording: 0 } },
    ],
  },
  {
    name: "changing how long the audit log is kept, which is applied immediately",
    run: async ({ act, sql }) => {
      await sql`insert into audit_events (action, at) values ('sign_out', now() - interval '401 days')`;
      // An event that waits to be streamed is not deleted yet.
      await expect.poll(() => sql`select from audit_outbox`).toEqual([]);
      await act("settings/audit/actions#applyAuditRule", ["400"]);
    },
    writes: () => [
      { action: "audit_rule_changed", detail: { from_days: "forever", to_days: 400 } },
      { action: "audit_pruned", rows: 1, detail: { before: A_TIME }, actor: null, address: null },
      { action: "retention_run", rows: 1, detail: { recording: 0, audit: 1 }, actor: null, address: null },
    ],
  },
  {
    name: "looking up what is stored about a number, and downloading it",
    run: async ({ act, admin, app }) => {
      await act("settings/privacy/actions#lookUpHeldData", ["+966500000001"]);
      const headers = { origin: app.url };
      await ok(admin.post("/settings/privacy/held-data", { headers, form: { number: "+966500000001" } }));
    },
    writes: () => [
      { action: "access_previewed", subject: "+…01", rows: 1 },
      { action: "access_given", subject: "+…01", rows: 1 },
    ],
  },
  {
    name: "looking up a number to erase",
    run: ({ act }) => act("settings/privacy/actions#previewNumberErasure", ["+966500000001"]),
    writes: () => [{ action: "erasure_previewed", subject: "+…01", rows: 1 }],
  },
  {
    name: "erasing a number",
    run: async ({ act, app, sql }) => {
      await act("settings/privacy/actions#beginErasure", [{ number: "+966500000001", deleteUnreadable: false }]);
      await expect
        .poll(async () => {
          await fetch(`${app.url}/api/jobs`, { headers: { authorization: "Bearer test-cron-secret-0123456789" } });
          return (await sql`select 1 from audit_events where action = 'erased'`).length;
        })
        .toBe(1);
    },
    writes: () => [
      { action: "erasure_begun", subject: "+…01" },
      // The job writes this event. The event above contains the actor.
      {
        action: "erased",
        actor: null,
        address: null,
        subject: "+…01",
        rows: 1,
        detail: expect.objectContaining({ callsDeleted: 1 }),
      },
    ],
  },
];

test("every audit action is recorded with its actor, object, count, detail and address", async ({ vendor }) => {
  test.setTimeout(120_000);
  const database = await createDatabase();
  const { sql } = database;
  const receiver = await startSyslogReceiver();
  const app = await startApp({
    databaseUrl: database.url,
    vendorPort: Number(new URL(vendor.url).port),
    env: { CLIENT_IP_HEADER: "x-real-ip", AUDIT_STREAM_URL: `syslog://127.0.0.1:${receiver.port}` },
  });
  await expect.poll(() => sql`select from audit_stream`).toHaveLength(1);
  const clientOf = (headers: Record<string, string>) =>
    playwrightRequest.newContext({
      baseURL: app.url,
      extraHTTPHeaders: { origin: app.url, "x-real-ip": ADDRESS, ...headers },
    });
  const seen = new Set<string>();
  /** Returns the events that were stored since the previous call. */
  const written = async (): Promise<Required<Row>[]> => {
    const rows = await sql<(Required<Row> & { id: string })[]>`
      select id, action, actor_email as actor, call_id as call, subject, row_count as rows, detail, source_ip as address
      from audit_events order by at, id`;
    const fresh = rows.filter(({ id }) => !seen.has(id));
    return fresh.map(({ id, ...row }) => {
      seen.add(id);
      return row;
    });
  };
  const whole = (row: Row) => ({
    actor: ADMIN.email,
    call: null,
    subject: null,
    rows: null,
    detail: null,
    address: ADDRESS,
    ...row,
  });
  try {
    const cookies = cookieHeader(await signIn(app.url));
    // The first administrator is created from the environment, so the event has no address.
    const joined = { action: "user_joined", subject: ADMIN.email, detail: { by: "set-up" }, address: null } as const;
    expect((await written())[0]).toEqual(whole(joined));

    const [admin, visitor] = await Promise.all([clientOf({ cookie: cookies }), clientOf({})]);
    const actions = new Map(actionsOfBuild().map((action) => [action.name, action]));
    const post = async (client: APIRequestContext, name: string, body: string | FormData) => {
      const action = actions.get(name);
      // Encoded with fetch, which keeps the order of the fields. React depends on the order.
      const encoded = new Response(body);
      const headers = {
        "next-action": action?.id ?? "",
        accept: "text/x-component",
        "content-type": encoded.headers.get("content-type") ?? "",
      };
      const data = Buffer.from(await encoded.arrayBuffer());
      return (await client.post(action?.url ?? "/", { headers, maxRedirects: 0, data })).text();
    };
    const call = generateCall({
      seed: "audit",
      endedAt: Date.now() - 3_600_000,
      outcome: "complete",
      language: "en",
      recorded: true,
    });
    const [webhook] = await vendor.register([call]);
    const bodies = [
      webhook,
      complete("one", { phone_number: "+966500000001" }),
      complete("two", { phone_number: "+966500000002" }),
    ];
    for (const body of bodies) {
      await postWebhook(app, body);
    }
    const stored = await sql<{ id: string }[]>`
      select id from deliveries where call_id in ('one', 'two') order by call_id`;
    const world: World = {
      app,
      sql,
      admin,
      visitor,
      act: (name, args) => post(admin, name, JSON.stringify(args)),
      submit: (name, fields, by = admin) => post(by, name, formOf(fields)),
      recorded: call.id,
      deliveries: stored.map(({ id }) => id),
      person: await addUser(sql, "viewer"),
      state: {},
    };
    const done = new Set<string>(["user_joined"]);
    for (const { name, run, writes } of ACTS) {
      await run(world);
      const expected = writes(world).map(whole);
      const found = await written();
      expect.soft(found, name).toEqual(expected);
      found.forEach(({ action }) => done.add(action));
    }
    expect(AUDIT_ACTIONS.filter((action) => !done.has(action))).toEqual([]);

    // All of them also reach the receiver, and the page says where they went.
    const ids = await sql<{ id: string }[]>`select id from audit_events where action <> 'user_joined'`;
    await expect
      .poll(() => ids.filter(({ id }) => !receiver.messages.some((message) => message.includes(`"id":"${id}"`))))
      .toEqual([]);
    expect(await (await admin.get("/settings/audit")).text()).toContain(`127.0.0.1:${receiver.port}`);
  } finally {
    await app.stop();
    await receiver.stop();
    await database.close();
  }
});
