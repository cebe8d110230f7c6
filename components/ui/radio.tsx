import type { ComponentProps, ReactNode } from "react";

import { cn } from "@/components/cn";

export type RadioProps = Omit<ComponentProps<"input">, "type" | "children"> & {
  label: ReactNode;
  description?: ReactNode;
};

/** One option of a group. Give all options of a group the same `name`, and put them in a `<fieldset>` with a `<legend>`. */
export function Radio({ label, description, className, ...props }: RadioProps) {
  return (
    <label className={cn("group flex min-w-0 items-start gap-2 text-sm has-disabled:opacity-50", className)}>
      <input
        {...props}
        type="radio"
        className="mt-0.5 size-4 shrink-0 appearance-none rounded-full border border-border-strong bg-surface shadow-xs transition-[border-width,border-color] duration-100 group-hover:border-subtle checked:border-5 checked:border-accent"
      />
      <span className="min-w-0">
        {label}
        {description !== undefined && <span className="block text-xs text-muted">{description}</span>}
      </span>
    </label>
  );
}
