import postgres from "postgres";

import { grantToApplication } from "@/db/driver/application-role";
import { migrate } from "@/db/driver/migrate";

import { insertCalls } from "./calls";
import { compareContacts, insertContacts } from "./contacts";
import { withoutIndexes } from "./indexes";
import { insertWideRows } from "./wide";

/** How a database is filled: so many calls of the year that ends at `until`, the newest `wide` of them with details and deliveries. */
export type FillOptions = {
  calls: number;
  wide: number;
  until: Date;
  onProgress?: (step: string, share: number) => void;
};

/** The URLs of one database for the three roles. */
export type DatabaseUrls = { superuserUrl: string; ownerUrl: string; applicationUrl: string };

/** How many contacts are compared with what the product computes for them. */
const COMPARED = 2_000;

/** Migrates an empty database and fills it. Throws if the contacts differ from those that the product would have made. */
export async function fill(
  { superuserUrl, ownerUrl, applicationUrl }: DatabaseUrls,
  { calls, wide, until, onProgress = () => {} }: FillOptions,
): Promise<void> {
  const sql = postgres(superuserUrl, { max: 4, onnotice: () => {}, prepare: false });
  try {
    await sql`create extension if not exists pg_trgm`;
    await migrate(ownerUrl);
    await withoutIndexes(
      sql,
      ["calls", "contacts"],
      async () => {
        await insertCalls(sql, { count: calls, until, onProgress: (share) => onProgress("calls", share) });
        onProgress("contacts", 0);
        await insertContacts(sql);
      },
      (share) => onProgress("indexes", share),
    );
    await withoutIndexes(
      sql,
      ["call_details", "deliveries"],
      () => insertWideRows(sql, Math.min(wide, calls), (share) => onProgress("details and deliveries", share)),
      (share) => onProgress("their indexes", share),
    );
    onProgress("vacuum", 0);
    for (const table of ["calls", "contacts", "call_details", "deliveries"]) {
      await sql.unsafe(`vacuum (analyze, freeze) ${table}`);
    }
    const { compared, wrong } = await compareContacts(sql, COMPARED);
    if (compared === 0 || wrong > 0) {
      throw new Error(`${wrong} of ${compared} generated contacts differ from what computed_contact says`);
    }
    await grantToApplication(ownerUrl, applicationUrl);
    await sql`checkpoint`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
