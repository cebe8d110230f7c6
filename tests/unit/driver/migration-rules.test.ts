import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { indexBuiltBy, readMigrations } from "@/db/driver/migration-files";

/** The migrations up to this one are released. Those after it run beside the version before them: see `docs/migrations.md`. */
const LAST_RELEASED = 8;
const FOLDER = "db/migrations";
const BY_HAND = /-- Bounded: \S/;

type Journal = { entries: { idx: number; tag: string }[] };

/** Tables that stay small in every installation, so that their locks are short. */
const SMALL = new Set([
  "account",
  "organization",
  "rate_limit",
  "session",
  "states",
  "user",
  "verification",
  "one_time_links",
  "two_factor",
  "erasures",
  "imports",
]);

/** Returns what is wrong with the statements of one migration. */
function problemsOf(file: string): string[] {
  const statements = file.split("--> statement-breakpoint");
  const bare = statements.map((statement) =>
    statement
      .replaceAll(/--[^\n]*/g, "")
      .replaceAll(/\s+/g, " ")
      .trim()
      .toLowerCase(),
  );
  const created = new Set(
    bare.flatMap((text) => /^create table (?:if not exists )?"?(\w+)"?/.exec(text)?.slice(1, 2) ?? []),
  );
  const isFree = (table: string | undefined) => table === undefined || created.has(table) || SMALL.has(table);
  return bare.flatMap((text, index) => {
    const problems: string[] = [];
    const add = (problem: string) => problems.push(`${problem}: ${text.slice(0, 100)}`);
    const indexed = /^create (?:unique )?index (?!concurrently).* on "?(?:public"?\."?)?(\w+)/.exec(text)?.[1];
    if (indexed !== undefined && !isFree(indexed)) {
      add("an index that is not built concurrently stops writes");
    }
    const table = /^alter table (?:only )?(?:if exists )?"?(?:public"?\."?)?(\w+)/.exec(text)?.[1];
    if (!isFree(table)) {
      if (/add column [^,]* not null/.test(text) && !/add column [^,]*(default|generated)/.test(text)) {
        add("a column that must not be null, without a default, fails where there are rows");
      }
      if (
        /add column [^,]*(generated always as .* stored|default (gen_random_uuid|clock_timestamp|random))/.test(text)
      ) {
        add("a column that is computed for every row rewrites the table");
      }
      if (/add constraint .* (check|foreign key) ?\(/.test(text) && !text.includes("not valid")) {
        add("a constraint that is not NOT VALID reads the whole table under a lock");
      }
      if (/add constraint .* (unique|primary key) ?\(/.test(text)) {
        add("a unique constraint without USING INDEX builds its index under a lock");
      }
      if (/alter column .* (set data type|type) /.test(text)) {
        add("another type rewrites the table");
      }
      if (/alter column .* set not null/.test(text)) {
        add("SET NOT NULL reads the whole table under a lock");
      }
      if (/(drop column|rename (column|to)|rename "?\w+"? to) /.test(`${text} `)) {
        add("the version before still uses what is dropped or renamed");
      }
    }
    const changed = /^(?:with .*)?(?:update|delete from|insert into) "?(?:public"?\."?)?(\w+)/.exec(text)?.[1];
    if (changed !== undefined && !isFree(changed) && !BY_HAND.test(statements[index] ?? "")) {
      add("rows of a large table are changed in one transaction");
    }
    if (/^(drop table|vacuum full|cluster|lock table|reindex (?!.*concurrently))/.test(text)) {
      add("takes a long lock, or removes what the version before still uses");
    }
    return problems;
  });
}

const { entries } = JSON.parse(readFileSync(join(FOLDER, "meta/_journal.json"), "utf8")) as Journal;
for (const { tag } of entries.filter(({ idx }) => idx > LAST_RELEASED)) {
  test(`row 50: the migration ${tag} can run beside the version before it`, () => {
    expect(problemsOf(readFileSync(join(FOLDER, `${tag}.sql`), "utf8"))).toEqual([]);
  });
}

for (const [statement, isAllowed] of [
  ['CREATE INDEX "a_idx" ON "calls" USING btree ("status")', false],
  ['CREATE UNIQUE INDEX "a_idx" ON "public"."deliveries" USING btree ("id")', false],
  ['CREATE INDEX CONCURRENTLY "a_idx" ON "calls" USING btree ("status")', true],
  ['CREATE INDEX "a_idx" ON "session" USING btree ("status")', true],
  ['CREATE TABLE "fresh" ("id" int);--> statement-breakpoint\nCREATE INDEX "a_idx" ON "fresh" ("id")', true],
  ['ALTER TABLE "calls" ADD COLUMN "a" text', true],
  ['ALTER TABLE "calls" ADD COLUMN "a" text NOT NULL', false],
  ['ALTER TABLE "calls" ADD COLUMN "a" text DEFAULT \'\' NOT NULL', true],
  ['ALTER TABLE "calls" ADD COLUMN "a" uuid DEFAULT gen_random_uuid() NOT NULL', false],
  ['ALTER TABLE "calls" ADD COLUMN "a" text GENERATED ALWAYS AS (lower(status)) STORED', false],
  ['ALTER TABLE "calls" ADD CONSTRAINT "a_check" CHECK ("calls"."attempt" > 0)', false],
  ['ALTER TABLE "calls" ADD CONSTRAINT "a_check" CHECK ("calls"."attempt" > 0) NOT VALID', true],
  ['ALTER TABLE "calls" VALIDATE CONSTRAINT "a_check"', true],
  ['ALTER TABLE "calls" ADD CONSTRAINT "a_key" UNIQUE("status")', false],
  ['ALTER TABLE "calls" ADD CONSTRAINT "a_key" UNIQUE USING INDEX "a_idx"', true],
  ['ALTER TABLE "calls" ALTER COLUMN "attempt" SET DATA TYPE bigint', false],
  ['ALTER TABLE "calls" ALTER COLUMN "status" SET NOT NULL', false],
  ['ALTER TABLE "calls" DROP COLUMN "status"', false],
  ['ALTER TABLE "calls" RENAME COLUMN "status" TO "state"', false],
  ["UPDATE calls SET status = 'x'", false],
  ["-- Bounded: at most one row an hour\nUPDATE calls SET status = 'x' WHERE false", true],
  ['DROP TABLE "calls"', false],
  ["REINDEX TABLE calls", false],
] as const) {
  test(`row 50: ${isAllowed ? "allowed" : "refused"} in a migration: ${statement.slice(0, 90)}`, () => {
    expect(problemsOf(statement).length === 0).toBe(isAllowed);
  });
}

test("row 50: the runner finds the index that a statement builds", () => {
  for (const [statement, index] of [
    ['CREATE INDEX CONCURRENTLY "a_idx" ON "calls" ("status")', '"a_idx"'],
    ["-- Why\ncreate unique index concurrently if not exists a_key on calls (status)", "a_key"],
    ['create index concurrently "odd ""name" on calls (status)', '"odd ""name"'],
    ["create index a_idx on calls (status)", null],
    ["alter table calls validate constraint a_check", null],
  ] as const) {
    expect(indexBuiltBy(statement)).toBe(index);
  }
});

test("row 50: every migration has statements, and the released ones run as one transaction each", () => {
  const migrations = readMigrations(FOLDER);
  expect(migrations).toHaveLength(entries.length);
  for (const { alone, inTransaction } of migrations.slice(0, LAST_RELEASED + 1)) {
    expect([alone.length, inTransaction.length > 0]).toEqual([0, true]);
  }
});
