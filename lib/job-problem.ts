/** Why a job could not work on the database, in the terms of the pages' messages. */
export const JOB_PROBLEMS = [
  "unavailable",
  "slow",
  "busy",
  "full",
  "forbidden",
  "damaged",
  "refused",
  "unknown",
] as const;
type JobProblem = (typeof JOB_PROBLEMS)[number];

/** By SQLSTATE (PostgreSQL manual, appendix A), or its class. A state counts before its class. */
const BY_STATE: Record<string, JobProblem> = {
  "08": "unavailable",
  "22": "refused",
  "23": "refused",
  "25": "unavailable",
  "40": "busy",
  "42501": "forbidden",
  "53": "full",
  "55": "busy",
  "57": "unavailable",
  "57014": "slow",
  "58": "damaged",
  P0: "refused",
  XX: "damaged",
};
const WITHOUT_STATE = /^(E[A-Z_]{3,}|CONNECT|CONNECTION_|DATABASE_AWAY)/;

/** Explains the code of an error, as `errorCode` of `lib/log.ts` returns it. */
export function jobProblem(code: string): JobProblem {
  if (/^[0-9A-Z]{5}$/.test(code)) {
    const known = BY_STATE[code] ?? BY_STATE[code.slice(0, 2)];
    if (known !== undefined) {
      return known;
    }
  }
  return WITHOUT_STATE.test(code) ? "unavailable" : "unknown";
}
