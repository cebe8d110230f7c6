/** The hours of a year and how many contacts begin in each: a working week from Sunday to Thursday, and more calls each month. */

export type Hour = { at: Date; contacts: number };

const HOUR_MS = 3_600_000;
const HOURS = 365 * 24;
/** Riyadh is three hours ahead of UTC, all year. */
const ZONE_HOURS = 3;
/** The share of each hour of the local day. */
const OF_DAY = [0, 0, 0, 0, 0, 0, 0, 0.1, 1, 5, 8, 9, 7, 4, 4, 6, 9, 10, 9, 6, 3, 1, 0.2, 0.05];
/** The share of each day of the week, from Sunday. */
const OF_WEEK = [1, 1.1, 1.05, 1, 0.9, 0.3, 0.6];

/** The year that ends at `until`, which is a full hour. The hours have `contacts` contacts together. */
export function timetable(until: Date, contacts: number): Hour[] {
  const first = until.getTime() - HOURS * HOUR_MS;
  const weights = Array.from({ length: HOURS }, (_, index) => {
    const local = new Date(first + (index + ZONE_HOURS) * HOUR_MS);
    const growth = 0.8 + (0.4 * index) / HOURS;
    return (OF_DAY[local.getUTCHours()] ?? 0) * (OF_WEEK[local.getUTCDay()] ?? 0) * growth;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let before = 0;
  return weights.map((weight, index) => {
    const from = Math.floor((before / total) * contacts);
    before += weight;
    return { at: new Date(first + index * HOUR_MS), contacts: Math.floor((before / total) * contacts) - from };
  });
}

/** Groups consecutive hours, so that each group has at least `least` contacts. */
export function chunks(hours: readonly Hour[], least: number): Hour[][] {
  const groups: Hour[][] = [];
  let group: Hour[] = [];
  let sum = 0;
  for (const hour of hours) {
    if (hour.contacts > 0) {
      group.push(hour);
      sum += hour.contacts;
    }
    if (sum >= least) {
      groups.push(group);
      group = [];
      sum = 0;
    }
  }
  return group.length > 0 ? [...groups, group] : groups;
}
