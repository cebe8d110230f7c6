import { Check, Minus } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";

import { cn } from "@/components/cn";

export type CheckboxProps = Omit<ComponentProps<"input">, "type" | "children"> & {
  label: ReactNode;
  description?: ReactNode;
  hideLabel?: boolean;
};

/** A styled native checkbox, which works in a GET form and before scripts have loaded. */
export function Checkbox({ label, description, hideLabel = false, className, ...props }: CheckboxProps) {
  return (
    <label className={cn("group flex min-w-0 items-start gap-2 text-sm has-disabled:opacity-50", className)}>
      <span className="relative mt-0.5 flex size-4 shrink-0">
        <input
          {...props}
          type="checkbox"
          className="peer size-4 appearance-none rounded-sm border border-border-strong bg-surface shadow-xs transition-colors duration-100 group-hover:border-subtle checked:border-accent checked:bg-accent indeterminate:border-accent indeterminate:bg-accent"
        />
        <Check
          aria-hidden
          strokeWidth={3}
          className="pointer-events-none absolute inset-0.5 size-3 text-on-accent opacity-0 peer-checked:opacity-100 peer-indeterminate:opacity-0"
        />
        <Minus
          aria-hidden
          strokeWidth={3}
          className="pointer-events-none absolute inset-0.5 size-3 text-on-accent opacity-0 peer-indeterminate:opacity-100"
        />
      </span>
      <span className={cn("min-w-0", hideLabel && "sr-only")}>
        {label}
        {description !== undefined && <span className="block text-xs text-muted">{description}</span>}
      </span>
    </label>
  );
}
