import type { ComponentProps, ReactNode } from "react";

import { cn } from "@/components/cn";

export type SwitchProps = Omit<ComponentProps<"input">, "type" | "role" | "children"> & {
  label: ReactNode;
  description?: ReactNode;
  hideLabel?: boolean;
};

/** A setting that takes effect at once. For a choice that takes effect on "Save", use `Checkbox`. */
export function Switch({ label, description, hideLabel = false, className, ...props }: SwitchProps) {
  return (
    <label className={cn("flex min-w-0 items-start gap-2.5 text-sm has-disabled:opacity-50", className)}>
      <span className="relative mt-px inline-flex h-4.5 w-8 shrink-0">
        <input
          {...props}
          type="checkbox"
          // oxlint-disable-next-line jsx-a11y/role-has-required-aria-props -- a native checkbox exposes its own state
          role="switch"
          className="peer size-full appearance-none rounded-full bg-border-strong transition-colors duration-150 checked:bg-accent"
        />
        <span
          aria-hidden
          className="pointer-events-none absolute start-0.5 top-0.5 size-3.5 rounded-full bg-white shadow-sm transition-[inset-inline-start] duration-150 peer-checked:start-4"
        />
      </span>
      <span className={cn("min-w-0", hideLabel && "sr-only")}>
        {label}
        {description !== undefined && <span className="block text-xs text-muted">{description}</span>}
      </span>
    </label>
  );
}
