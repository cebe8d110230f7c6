import { cn } from "@/components/cn";

/** A bar that shows a share. `value` is from 0 to 1. */
export function Progress({
  value,
  label,
  color = "var(--accent)",
  className,
}: {
  value: number;
  label: string;
  /** A CSS colour. */
  color?: string;
  className?: string;
}) {
  const share = Math.min(1, Math.max(0, value));
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- browsers do not style <progress> consistently
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      className={cn("h-1.5 w-full overflow-hidden rounded-full bg-hover", className)}
    >
      <div className="h-full rounded-full" style={{ width: `${share * 100}%`, background: color }} />
    </div>
  );
}
