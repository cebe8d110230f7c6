import { inspect } from "node:util";

import { eq, sql } from "drizzle-orm";

import { db } from "@/db/client";
import { sqlState } from "@/db/errors";
import { user } from "@/db/schema";
import { errorCode } from "@/lib/log";
import { expect, test } from "@/tests/fixtures/test";

const CANARY = "canary-0815";

/** What would be printed of the error, and its message and stack as they are. */
async function failureOf(query: PromiseLike<unknown>): Promise<{ error: unknown; text: string }> {
  try {
    await query;
  } catch (error) {
    const stack = error instanceof Error ? error.stack : "";
    return {
      error,
      text: `${inspect(error, { depth: 9, showHidden: true })}\n${String(error)}\n${stack}\n${JSON.stringify(error)}`,
    };
  }
  throw new Error("The query did not fail");
}

test("row 62: an error of a query keeps its code and loses every value", async ({ database }) => {
  expect(database.name).toMatch(/^worker_/);
  const duplicate = { id: CANARY, name: CANARY, email: `${CANARY}@callboard.example` };
  const failures: [code: string, query: () => PromiseLike<unknown>][] = [
    // A value in the parameters and in Postgres's message.
    [
      "22P02",
      () =>
        db
          .select({ id: user.id })
          .from(user)
          .where(sql`${CANARY}::text::integer = 1`),
    ],
    // A value in `detail`.
    ["23505", () => db.insert(user).values([duplicate, { ...duplicate, id: "other" }])],
    ["23514", () => db.insert(user).values({ ...duplicate, role: CANARY as "viewer" })],
    // In a transaction.
    [
      "42703",
      () =>
        db.transaction(async (transaction) => {
          await transaction.select({ id: user.id }).from(user).where(eq(user.email, CANARY));
          await transaction.execute(sql`select no_such_column from "user" where email = ${CANARY}`);
        }),
    ],
  ];
  for (const [code, query] of failures) {
    const { error, text } = await failureOf(query());
    expect(errorCode(error)).toBe(code);
    expect(sqlState(error)).toBe(code);
    expect(text).not.toContain(CANARY);
  }
});
