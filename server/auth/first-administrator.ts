import { setTimeout as pause } from "node:timers/promises";

import { createFirstAdministrator } from "@/db/people/first-administrator";
import { hasUsers } from "@/db/people/users";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { passwordProblem } from "@/lib/people/password";

import { guessableProblem } from "./guessable-password";
import { hashPassword } from "./password-checks";

const PAUSES_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000];

/**
 * Creates the first administrator from ADMIN_EMAIL and ADMIN_PASSWORD if there are no users. If several processes start at
 * once, one of them creates the user. A password that nobody could choose on a page is refused here too. Never throws; retries while the
 * database is unavailable.
 */
export async function ensureFirstAdministrator(): Promise<void> {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = env;
  if (email === undefined || password === undefined) {
    return;
  }
  for (let attempt = 0; ; attempt += 1) {
    try {
      if (!(await hasUsers())) {
        const name = email.split("@")[0] ?? email;
        const problem = passwordProblem(password) ?? (await guessableProblem(password, { name, email }));
        if (problem !== null) {
          log("error", "first_administrator_refused", { reason: problem });
          return;
        }
        const created = await createFirstAdministrator({
          name,
          email,
          passwordHash: await hashPassword(password),
          sourceIp: null,
        });
        if (created) {
          log("info", "first_administrator_created");
        }
      }
      return;
    } catch (error) {
      log("warn", "first_administrator_waits", { error_code: errorCode(error), attempt });
      await pause(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? 30_000, undefined, { ref: false });
    }
  }
}
