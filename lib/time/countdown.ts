/** How long until an instant, in the two largest units that are not zero. */
export type Remaining =
  | { unit: "days"; days: number; hours: number }
  | { unit: "hours"; hours: number; minutes: number }
  | { unit: "minutes"; minutes: number }
  /** Less than a minute remains, or none. */
  | { unit: "now" };

/**
 * The time from `now` until `at`, rounded down to whole minutes, and to whole hours from a day on. So a text made of it changes at most once a
 * minute.
 */
export function remainingUntil(at: Date, now: Date): Remaining {
  const minutes = Math.floor((at.getTime() - now.getTime()) / 60_000);
  if (minutes < 1) {
    return { unit: "now" };
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 1) {
    return { unit: "minutes", minutes };
  }
  return hours < 24
    ? { unit: "hours", hours, minutes: minutes % 60 }
    : { unit: "days", days: Math.floor(hours / 24), hours: hours % 24 };
}
