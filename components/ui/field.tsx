"use client";

import { CircleAlert } from "lucide-react";
import { createContext, type ReactNode, use, useId, useMemo } from "react";

import { cn } from "@/components/cn";

type FieldWiring = {
  id: string;
  required: boolean;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
};

const FieldContext = createContext<FieldWiring | null>(null);

/**
 * A label, one control, a hint and an error, connected for screen readers. The control inside (`Input`, `Textarea`, `Select` …)
 * gets its id and description from the field.
 */
export function Field({
  label,
  hint,
  error,
  required = false,
  optionalLabel,
  hideLabel = false,
  className,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  /** Shown below the control. Says what is wrong and how to fix it. */
  error?: ReactNode;
  required?: boolean;
  /** "optional", for forms in which most fields are required. */
  optionalLabel?: ReactNode;
  hideLabel?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  const hasHint = isShown(hint);
  const hasError = isShown(error);
  const describedBy = [hasError && `${id}-error`, hasHint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
  const wiring = useMemo<FieldWiring>(
    () => ({ id, required, "aria-describedby": describedBy, "aria-invalid": hasError || undefined }),
    [id, required, describedBy, hasError],
  );
  return (
    <FieldContext value={wiring}>
      <div className={cn("flex min-w-0 flex-col gap-1.5", className)}>
        <label htmlFor={id} className={cn("text-sm font-medium text-foreground", hideLabel && "sr-only")}>
          {label}
          {optionalLabel !== undefined && <span className="ms-1.5 font-normal text-subtle">{optionalLabel}</span>}
        </label>
        {children}
        {hasError && (
          <p id={`${id}-error`} className="flex items-start gap-1.5 text-sm text-danger-text">
            <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
            <span>{error}</span>
          </p>
        )}
        {hasHint && (
          <p id={`${id}-hint`} className="text-xs text-muted">
            {hint}
          </p>
        )}
      </div>
    </FieldContext>
  );
}

function isShown(node: ReactNode): boolean {
  return node !== undefined && node !== null && node !== false && node !== "";
}

/** The props that connect a control to the surrounding `Field`; empty outside a `Field`. */
export function useFieldWiring(): Partial<FieldWiring> {
  return use(FieldContext) ?? {};
}
