import { AsyncLocalStorage } from "node:async_hooks";

import type { drizzleAdapter } from "better-auth/adapters/drizzle";
import { type createAuthMiddleware, isAPIError } from "better-auth/api";

import type { Lsn } from "@/db/driver/lsn";
import { endReplacedSession, endSessions, findSession } from "@/db/people/sessions";
import type { SessionEnd, SessionEndReason } from "@/lib/people/session-end";

/** What better-auth does with sessions, and what Callboard adds: the limits of the roles, and the ends that it does not know. */

type CreateAdapter = ReturnType<typeof drizzleAdapter>;

/** What a read of the session found, beside what better-auth answers: see `withSessionRead`. */
export type SessionRead = {
  endReason?: SessionEndReason;
  lacksSecondFactor?: boolean;
  /** Where the primary's log ended after this user's last change. */
  lastChangePosition?: Lsn | null;
};

const currentRead = new AsyncLocalStorage<SessionRead>();

/** Runs a read of the session and also returns what `findSession` found, which better-auth's answer cannot carry. */
export async function withSessionRead<Answer>(read: () => Promise<Answer>): Promise<{ answer: Answer } & SessionRead> {
  const found: SessionRead = {};
  const answer = await currentRead.run(found, read);
  return { answer, ...found };
}

/** Makes better-auth read sessions through `findSession`, wherever it reads one: it knows neither our limits nor the clock of the database. */
export function withLiveSessions(createAdapter: CreateAdapter): CreateAdapter {
  return (options) => {
    const adapter = createAdapter(options);
    return {
      ...adapter,
      async findOne<Row>(query: Parameters<typeof adapter.findOne>[0]): Promise<Row | null> {
        const [condition] = query.where;
        if (query.model !== "session" || query.where.length !== 1 || condition?.field !== "token") {
          return adapter.findOne<Row>(query);
        }
        const found = await findSession(String(condition.value));
        const read = currentRead.getStore();
        if (found === null || !found.live) {
          if (read && found !== null) {
            read.endReason = found.reason;
          }
          return null;
        }
        if (read) {
          read.lacksSecondFactor = found.lacksSecondFactor;
          read.lastChangePosition = found.lastChangePosition;
        }
        return { ...found.session, user: found.user } as Row;
      },
    };
  };
}

type HookContext = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];
type CreateContext = Pick<HookContext, "getSignedCookie" | "context">;

/** Ends the session that this browser had, because a new one replaces its cookie: nobody could end it from this browser any more. */
export async function endReplaced(context: CreateContext | null, created: { token: string }): Promise<void> {
  const token = await context?.getSignedCookie(context.context.authCookies.sessionToken.name, context.context.secret);
  if (token && token !== created.token) {
    await endReplacedSession(token);
  }
}

/** The changes of one's own account after which all other sessions end. After a change of the password, better-auth deletes them itself. */
const CHANGES = new Map<string | undefined, SessionEnd>([
  ["/two-factor/verify-totp", "second_factor"],
  ["/two-factor/disable", "second_factor"],
  ["/two-factor/generate-backup-codes", "second_factor"],
]);

/**
 * For the hook after each route: ends the user's other sessions after a change of their second factor. This browser keeps its session. Does
 * nothing for a code of a sign-in, when there is no session yet.
 */
export async function endOthersAfterChange(context: HookContext): Promise<void> {
  const reason = CHANGES.get(context.path);
  const { session: own, newSession, returned } = context.context;
  if (reason === undefined || !own || isAPIError(returned)) {
    return;
  }
  const current = newSession?.session ?? own.session;
  await endSessions(own.user.id, reason, { except: current.id });
}
