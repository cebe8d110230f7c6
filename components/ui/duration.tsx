import { formatDuration } from "@/lib/time/duration";

/** A duration as a clock: 3:05, 1:02:09. Always left to right. */
export function Duration({ seconds, className }: { seconds: number; className?: string }) {
  return (
    <time dir="ltr" dateTime={`PT${Math.max(0, Math.round(seconds))}S`} className={className}>
      {formatDuration(seconds)}
    </time>
  );
}
