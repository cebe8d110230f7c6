import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect, test } from "@playwright/test";
import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";

/**
 * The rules of `docs/scale.md` that let the schema be distributed by `call_id`: a distributed Postgres can enforce a key only if it contains the
 * distribution column.
 */

/** The tables of call data whose keys do not contain `call_id`, and why. */
const OTHER_KEYS: Record<string, string> = {
  contacts: "distributed by contact_id, which is the call_id of the group's root",
  contact_changes: "distributed by contact_id; its key only orders the rows that wait to be folded",
  statistics_changes: "distributed by contact_id; its key only orders the rows that wait to be folded",
};

/** The tables that stay on one node, or are copied to each: they are small, or grow with people and days and not with calls. */
const NOT_DISTRIBUTED = new Set([
  "user",
  "account",
  "session",
  "verification",
  "two_factor",
  "rate_limit",
  "known_devices",
  "one_time_links",
  "notices",
  "organization",
  "states",
  "imports",
  "audit_events",
  "audit_outbox",
  "audit_stream",
  "erasures",
  "erased_numbers",
  "contract_sightings",
  "call_kinds",
  "statistics_cells",
  "criterion_cells",
  "slice_days",
  "slice_months",
  "figure_slices",
  "criterion_slices",
  "outcome_days",
  "contact_days",
  "statistics_state",
]);

async function readTables() {
  const modules = await Promise.all(
    readdirSync("db/schema").map((file) => import(resolve("db/schema", file)) as Promise<Record<string, unknown>>),
  );
  return modules
    .flatMap((exported) => Object.values(exported))
    .filter((value) => is(value, PgTable))
    .map((table) => getTableConfig(table));
}

type Table = Awaited<ReturnType<typeof readTables>>[number];

/** The columns of each primary key, unique constraint and unique index. An index on an expression has the column "". */
function keysOf({ columns, primaryKeys, uniqueConstraints, indexes }: Table): string[][] {
  return [
    ...columns.filter((column) => column.primary || column.isUnique).map(({ name }) => [name]),
    ...[...primaryKeys, ...uniqueConstraints].map((key) => key.columns.map(({ name }) => name)),
    ...indexes
      .filter(({ config }) => config.unique)
      .map(({ config }) => config.columns.map((column) => ("name" in column ? (column.name ?? "") : ""))),
  ];
}

test("every key of call data contains call_id, or says why not", async () => {
  const tables = await readTables();
  const callData = tables.filter(({ name }) => !NOT_DISTRIBUTED.has(name));
  expect(callData.map(({ name }) => name)).toContain("deliveries");
  const offending = callData
    .filter(({ name }) => !(name in OTHER_KEYS))
    .flatMap((table) => {
      const keys = keysOf(table);
      const others = keys.filter((key) => !key.includes("call_id")).map((key) => `${table.name} (${key.join(", ")})`);
      return keys.length === 0 ? [`${table.name} has no key`] : others;
    });
  expect(offending).toEqual([]);
});

test("call data refers only to tables that each node has", async () => {
  const tables = await readTables();
  const references = tables
    .filter(({ name }) => !NOT_DISTRIBUTED.has(name))
    .flatMap(({ name, foreignKeys }) =>
      foreignKeys.map((key) => {
        const { columns, foreignTable } = key.reference();
        return { from: name, columns: columns.map((column) => column.name), to: getTableConfig(foreignTable).name };
      }),
    )
    .filter(({ columns, to }) => !NOT_DISTRIBUTED.has(to) && !columns.includes("call_id"));
  expect(references).toEqual([]);
});

test("docs/scale.md says of every table how it would be distributed, and names no other", async () => {
  const [, section = ""] = readFileSync("docs/scale.md", "utf8").split("### Which table goes where");
  const [rows = ""] = section.split("\n### ");
  const named = [...rows.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name),
  );
  const tables = (await readTables()).map(({ name }) => name);
  expect(named.toSorted()).toEqual(tables.toSorted());
});
