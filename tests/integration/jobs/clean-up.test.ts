import { deleteExpired } from "@/db/people/expired";
import { NOTICE_KINDS } from "@/lib/people/notice";
import { cleanUp, cleanUpDue } from "@/server/jobs/clean-up";
import { expect, test } from "@/tests/fixtures/test";

// Prevents the start of the application, whose jobs would clean up too.
test.use({ baseURL: "http://localhost:1" });

test.beforeEach(async ({ database: { sql, empty } }) => {
  await empty();
  await sql`insert into "user" (id, name, email, role) values ('u-clean', 'Nora', 'clean@example.com', 'viewer')
    on conflict do nothing`;
  await sql`delete from session where user_id = 'u-clean'`;
  await sql`delete from verification where identifier = 'clean-up'`;
});

test("once an hour, what has ended is deleted, and what has not is kept", async ({ database: { sql } }) => {
  for (const [name, ago] of [
    ["ended", "1 minute"],
    ["open", "-1 minute"],
  ] as const) {
    // For a week, the sign-in page says why a session ended.
    await sql`insert into session (id, token, user_id, expires_at)
      values (${name}, ${name}, 'u-clean', now() - interval '7 days' - ${ago}::interval)`;
    await sql`insert into verification (id, identifier, value, expires_at)
      values (${name}, 'clean-up', '', now() - ${ago}::interval)`;
  }
  for (const [name, ago] of [
    ["ended", "25 hours"],
    ["open", "23 hours"],
  ] as const) {
    await sql`insert into rate_limit (id, key, count, last_request)
      values (${name}, ${name}, 1, extract(epoch from now() - ${ago}::interval) * 1000)`;
  }
  // The page of users shows an invitation that has expired.
  await sql`insert into one_time_links (token_hash, user_id, purpose, expires_at)
    values ('shown', 'u-clean', 'reset', now() - interval '89 days')`;

  await sql`insert into known_devices (token_hash, user_id, last_seen_at) values
    ('ended', 'u-clean', now() - interval '366 days'), ('open', 'u-clean', now() - interval '364 days')`;
  await sql`insert into notices (user_id, kind, detail, created_at, read_at) values
    ('u-clean', ${NOTICE_KINDS[0]}, '{"is":"read"}', now() - interval '1 year', now() - interval '91 days'),
    ('u-clean', ${NOTICE_KINDS[0]}, '{"is":"read lately"}', now() - interval '1 year', now() - interval '89 days'),
    ('u-clean', ${NOTICE_KINDS[0]}, '{"is":"unread"}', now() - interval '1 year', null)`;

  expect(await cleanUpDue()).toBe(5);
  expect(await sql`select token_hash from known_devices`).toEqual([{ token_hash: "open" }]);
  expect(await sql`select detail ->> 'is' as is from notices order by 1`).toEqual([
    { is: "read lately" },
    { is: "unread" },
  ]);
  expect(await sql`select id from session where user_id = 'u-clean'`).toEqual([{ id: "open" }]);
  expect(await sql`select id from verification where identifier = 'clean-up'`).toEqual([{ id: "open" }]);
  expect(await sql`select id from rate_limit`).toEqual([{ id: "open" }]);

  await sql`update one_time_links set expires_at = now() - interval '91 days'`;
  expect(await cleanUpDue()).toBe(0);
  expect(await sql`select token_hash from one_time_links`).toEqual([{ token_hash: "shown" }]);
  await sql`update states set updated_at = now() - interval '61 minutes'`;
  expect(await cleanUpDue()).toBe(1);
});

test("row 74: a kind that fails does not keep the others, and a backlog is deleted in batches", async ({
  database: { sql },
}) => {
  await sql`insert into rate_limit (id, key, count, last_request)
    select number, number, 1, 0 from generate_series(1, 2500) as number`;
  await sql`insert into session (id, token, user_id, expires_at) values ('ended', 'ended', 'u-clean', now() - interval '8 days')`;
  await sql`create function refuse_change() returns trigger language plpgsql as 'begin raise exception ''no''; end'`;
  await sql`create trigger refuse_change before delete on rate_limit for each row when (old.id = '7') execute function refuse_change()`;
  try {
    expect(await cleanUp(20_000)).toBe(2500);
    expect(await sql`select id from rate_limit`).toEqual([{ id: "7" }]);
  } finally {
    await sql`drop function refuse_change() cascade`;
  }
  expect(await deleteExpired("rate_limit", 10)).toBe(1);
});
