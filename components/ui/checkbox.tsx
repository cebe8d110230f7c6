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
      <input {...props} type="checkbox" className="check" />
      <span className={cn("min-w-0", hideLabel && "sr-only")}>
        {label}
        {description !== undefined && <span className="block text-xs text-muted">{description}</span>}
      </span>
    </label>
  );
}
