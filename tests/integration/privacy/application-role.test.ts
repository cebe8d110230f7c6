import postgres from "postgres";

import { grantToApplication } from "@/db/driver/application-role";
import { readAuditProtection } from "@/db/privacy/audit-protection";
import { saveAuditDays } from "@/db/privacy/audit-rule";
import { databaseUrl } from "@/tests/fixtures/database";
import { expect, test } from "@/tests/fixtures/test";
import { readTestServer } from "@/tests/fixtures/worker-resources";

/** What the role of the web server may do, on connections of its own. The other tests show that everything else works with it. */

// Prevents the start of the application, whose jobs would prune too.
test.use({ baseURL: "http://localhost:1" });

let app: postgres.Sql;
test.beforeEach(async ({ database }) => {
  await database.empty();
  app = postgres(database.url, { max: 1, onnotice: () => {} });
  await app`insert into audit_events (action, at) values ('sign_in', now() - interval '2 years'), ('sign_out', now())`;
});
test.afterEach(() => app.end());

for (const attempt of [
  "update audit_events set actor_name = 'Nobody'",
  "delete from audit_events",
  "truncate audit_events",
  "truncate organization, audit_events cascade",
  "alter table audit_events disable trigger all",
  "alter table audit_events drop column actor_name",
  "alter table audit_events owner to callboard_app",
  "drop trigger audit_events_append_only on audit_events",
  "drop table audit_events",
  "drop schema public cascade",
  "create trigger swallow before insert on audit_events for each row execute function suppress_redundant_updates_trigger()",
  "create rule swallow as on insert to audit_events do instead nothing",
  "create policy hide on audit_events using (false)",
  "create index on audit_events (action)",
  "create or replace function refuse_audit_change() returns trigger language plpgsql as 'begin return old; end'",
  "create or replace function audit_prune_before() returns timestamptz language sql as 'select now()'",
  "drop function prune_audit(integer, integer)",
  "alter table organization drop constraint organization_audit_days_check",
  "alter table organization disable trigger all",
  "grant delete on audit_events to callboard_app; delete from audit_events",
  "set session_replication_role = replica",
  "set role callboard",
  "set session authorization callboard",
  "set role postgres",
  "create role another superuser",
  "alter role callboard_app superuser",
  "alter role callboard password 'x'",
  "grant callboard to callboard_app",
  "create extension plpython3u",
  "copy audit_events to program 'true'",
  "copy audit_events from '/etc/passwd'",
  "select pg_read_file('/etc/passwd')",
  "select lo_import('/etc/passwd')",
  "create table public.mine ()",
  "create schema mine",
  "insert into audit_outbox (event_id) values (gen_random_uuid())",
  "update audit_outbox set event_id = gen_random_uuid()",
]) {
  test(`row 75: the application's role may not: ${attempt}`, async ({ database: { sql } }) => {
    await expect(app.unsafe(attempt)).rejects.toMatchObject({
      code: expect.stringMatching(/^(42501|0A000|58P01)$/) as unknown,
    });
    expect(await sql`select action from audit_events order by at`).toEqual([
      { action: "sign_in" },
      { action: "sign_out" },
    ]);
  });
}

test("row 75: it may prune by the rule, and no setting, table or function of its own lets it prune more", async ({
  database: { sql },
}) => {
  const actions = () => sql`select action from audit_events order by at`;
  await app`select set_config('callboard.pruning_audit', 'on', false)`;
  await app`create temporary table organization (audit_days integer)`;
  await app`insert into organization values (0)`;
  await app`create function pg_temp.now() returns timestamptz language sql as 'select timestamptz ''infinity'''`;
  await app`set search_path = pg_temp, public`;
  await app`select public.prune_audit(100)`;
  expect(await actions()).toEqual([{ action: "sign_in" }, { action: "sign_out" }]);

  await saveAuditDays(800, { actor: null });
  await app`select public.prune_audit(100)`;
  expect(await actions()).toEqual([{ action: "sign_in" }, { action: "sign_out" }, { action: "audit_rule_changed" }]);

  await app`update public.organization set audit_days = 365`;
  await app`select public.prune_audit(100)`;
  expect(await actions()).toEqual([
    { action: "sign_out" },
    { action: "audit_rule_changed" },
    { action: "audit_rule_changed" },
    { action: "audit_pruned" },
  ]);
  for (const days of [364, 0, -1]) {
    await expect(app`update public.organization set audit_days = ${days}`).rejects.toMatchObject({ code: "23514" });
  }
});

test("the page can say which of the two protects the log", async () => {
  expect(await readAuditProtection()).toBe("role");
});

test("a further role gets the same rights, again after each migration, and the owner loses none", async ({
  database: { name, sql, superuser, ownerUrl },
}) => {
  const role = `other_${process.pid}`;
  await superuser.unsafe(`create role ${role} login password 'x'`);
  const url = new URL(databaseUrl(readTestServer().applicationUrl, name));
  url.username = role;
  url.password = "x";
  const other = postgres(url.href, { max: 1, onnotice: () => {} });
  try {
    await superuser.unsafe(`grant update, delete on audit_events to ${role}`);
    await Promise.all([1, 2, 3].map(() => grantToApplication(ownerUrl, url.href)));
    // Not by trying: the triggers would refuse too.
    expect(await other`select has_table_privilege('audit_events', 'update, delete, truncate, trigger') as may`).toEqual(
      [{ may: false }],
    );
    await expect(other`select from added`).rejects.toMatchObject({ code: "42P01" });
    await sql`create table added (id bigserial)`;
    await grantToApplication(ownerUrl, url.href);
    await other`insert into added default values`;
    expect(await other`select count(*)::int as count from calls`).toEqual([{ count: 0 }]);
    // The owner as the application: nothing to grant, and nothing to take away.
    await grantToApplication(ownerUrl, ownerUrl);
    expect(await sql`select has_table_privilege('audit_events', 'delete') as may`).toEqual([{ may: true }]);
  } finally {
    await other.end();
    await sql`drop table if exists added`;
    await superuser.unsafe(`drop owned by ${role}; drop role ${role}`);
  }
});
