import { sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import type { SoughtNumber } from "@/lib/phone/pattern";

import { hasNumber, isToOrFrom, mentionsNumber } from "./conditions";

export type ErasurePreview = {
  calls: number;
  deliveries: number;
  reviews: number;
  /**
   * Other calls that contain the number as it is written; null if there are too many calls to read, or if counting failed or took longer than eight
   * seconds.
   */
  mentions: number | null;
  /** Stored bodies that could not be read when they arrived: any of them may contain the number. */
  unreadable: number;
};

/** Reading the texts of more calls takes longer than anyone waits. */
const READ_CALLS = 100_000;

/**
 * Counts what is stored about this number now. An erasure also finds numbers in other forms, such as those said over two turns. Of many calls, only those
 * to and from the number are counted, which an index finds.
 */
export async function previewErasure(number: SoughtNumber): Promise<ErasurePreview> {
  const isLarge = await hasManyCalls();
  const [row] = await db.execute<Omit<ErasurePreview, "mentions">>(sql`
    with own as materialized (select call_id from calls where ${isLarge ? isToOrFrom(number) : hasNumber(number)})
    select
      (select count(*)::integer from own) as calls,
      (select count(*)::integer from deliveries join own using (call_id)) as deliveries,
      (select count(*)::integer from reviews join own using (call_id)) as reviews,
      (select count(*)::integer from deliveries where reason in ('undecodable', 'not_utf8')) as unreadable
  `);
  const counts = row ?? { calls: 0, deliveries: 0, reviews: 0, unreadable: 0 };
  return { ...counts, mentions: isLarge ? null : await countMentions(number) };
}

async function hasManyCalls(): Promise<boolean> {
  const [row] = await db.execute<{ found: boolean }>(sql`
    select reltuples > ${READ_CALLS} as found from pg_class where oid = 'calls'::regclass`);
  return row?.found === true;
}

async function countMentions(number: SoughtNumber): Promise<number | null> {
  try {
    return await db.transaction(async (transaction) => {
      await transaction.execute(sql`set local statement_timeout = '8s'`);
      const rows = await transaction.execute<{ count: number }>(sql`
        select count(*)::integer as count from call_details
        where ${mentionsNumber(number)} and call_id not in (select call_id from calls where ${hasNumber(number)})
      `);
      return rows[0]?.count ?? 0;
    });
  } catch {
    return null;
  }
}
