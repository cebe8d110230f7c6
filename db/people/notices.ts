import { and, count, desc, eq, isNotNull, isNull, lte, sql } from "drizzle-orm";

import { db, jobs } from "@/db/driver/client";
import { notices, user } from "@/db/schema/people";
import { type NoticeDetail, noticeDetailSchema, type NoticeKind } from "@/lib/people/notice";

/** A user keeps this many notices, the latest ones. */
const MAX_NOTICES = 100;
/** A claimed e-mail becomes due again after this time, if the process that claimed it dies. */
const LEASE_SECONDS = 120;
/** With pauses of 1, 2, 4, … minutes: about 17 hours. */
const MAX_TRIES = 10;

export type StoredNotice = {
  id: string;
  kind: NoticeKind;
  detail: NoticeDetail;
  createdAt: Date;
  readAt: Date | null;
};

/**
 * Stores a notice, unless the user does not exist or is deactivated. Returns whether it did.
 *
 * @param byMail whether it is also to be sent by e-mail
 */
export async function addNotice(values: {
  userId: string;
  kind: NoticeKind;
  detail: NoticeDetail;
  byMail: boolean;
}): Promise<boolean> {
  const { userId, kind, detail, byMail } = values;
  const added = await db.execute(sql`
    insert into ${notices} (user_id, kind, detail, mail_due_at)
    select id, ${kind}, ${JSON.stringify(detail)}::jsonb, case when ${byMail} then now() end
    from ${user} where id = ${userId} and deactivated_at is null
    returning id
  `);
  await db.execute(sql`
    delete from ${notices} where id in (
      select id from ${notices} where user_id = ${userId} order by created_at desc, id desc offset ${MAX_NOTICES}
    )
  `);
  return added.length > 0;
}

/** A user's latest notices, newest first. */
export async function listNotices(userId: string, limit: number = MAX_NOTICES): Promise<StoredNotice[]> {
  const rows = await db
    .select({
      id: notices.id,
      kind: notices.kind,
      detail: notices.detail,
      createdAt: notices.createdAt,
      readAt: notices.readAt,
    })
    .from(notices)
    .where(eq(notices.userId, userId))
    .orderBy(desc(notices.createdAt), desc(notices.id))
    .limit(limit);
  return rows.map(({ id, kind, detail, createdAt, readAt }) => ({
    id,
    kind,
    detail: noticeDetailSchema.parse(detail),
    createdAt,
    readAt,
  }));
}

/** How many notices a user has not read. */
export async function countUnreadNotices(userId: string): Promise<number> {
  const [row] = await db
    .select({ unread: count() })
    .from(notices)
    .where(and(eq(notices.userId, userId), isNull(notices.readAt)));
  return row?.unread ?? 0;
}

/** Marks all of a user's notices as read. */
export async function markNoticesRead(userId: string): Promise<void> {
  await db
    .update(notices)
    .set({ readAt: sql`now()` })
    .where(and(eq(notices.userId, userId), isNull(notices.readAt)));
}

/* ── E-mail ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

export type DueMail = { id: string; email: string; kind: NoticeKind; detail: NoticeDetail; createdAt: Date };

/**
 * Claims the notices whose e-mail is due, for two minutes. A notice whose user has been deactivated since is not sent, nor one that has been
 * tried ten times.
 */
export async function claimDueMails(limit: number): Promise<DueMail[]> {
  return jobs.transaction(async (transaction) => {
    const due = await transaction
      .select({
        id: notices.id,
        kind: notices.kind,
        detail: notices.detail,
        createdAt: notices.createdAt,
        tries: notices.mailTries,
        email: user.email,
        deactivatedAt: user.deactivatedAt,
      })
      .from(notices)
      .innerJoin(user, eq(user.id, notices.userId))
      .where(and(isNotNull(notices.mailDueAt), lte(notices.mailDueAt, sql`now()`)))
      .orderBy(notices.mailDueAt)
      .limit(limit)
      .for("update", { of: notices, skipLocked: true });
    const mails: DueMail[] = [];
    for (const { id, kind, detail, createdAt, tries, email, deactivatedAt } of due) {
      const isDropped = deactivatedAt !== null || tries >= MAX_TRIES;
      await transaction
        .update(notices)
        .set(
          isDropped
            ? { mailDueAt: null }
            : {
                mailTries: tries + 1,
                mailDueAt: sql`now() + make_interval(secs => ${LEASE_SECONDS})`,
              },
        )
        .where(eq(notices.id, id));
      if (!isDropped) {
        mails.push({ id, kind, detail: noticeDetailSchema.parse(detail), createdAt, email });
      }
    }
    return mails;
  });
}

/** Records that a claimed e-mail was sent. */
export async function markMailed(id: string): Promise<void> {
  await jobs
    .update(notices)
    .set({ mailDueAt: null, mailedAt: sql`now()` })
    .where(eq(notices.id, id));
}

/** Makes a claimed e-mail due again: after one minute, then after two, four and so on. `isFinal`: it is given up. */
export async function postponeMail(id: string, isFinal: boolean): Promise<void> {
  await jobs
    .update(notices)
    .set({
      mailDueAt: isFinal ? null : sql`now() + make_interval(mins => 1 << least(${notices.mailTries} - 1, 10))`,
    })
    .where(eq(notices.id, id));
}
