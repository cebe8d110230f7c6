/** Formats seconds as `0:42`, `3:05` or `1:02:09`. Fractions are rounded. Negative and non-finite numbers count as 0. */
export function formatDuration(seconds: number): string {
  const total = Number.isFinite(seconds) ? Math.max(0, Math.round(seconds)) : 0;
  const twoDigits = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const remainder = twoDigits(total % 60);
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${remainder}` : `${minutes}:${remainder}`;
}
