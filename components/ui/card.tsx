import type { ComponentProps, ReactNode } from "react";

import { cn } from "@/components/cn";

/** A section of the page in a box with an optional heading. */
export function Card({
  title,
  description,
  actions,
  footer,
  flush = false,
  className,
  children,
  ...props
}: Omit<ComponentProps<"section">, "title"> & {
  title?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  footer?: ReactNode;
  /** Removes the padding around the content, for tables and lists. */
  flush?: boolean;
}) {
  return (
    <section {...props} className={cn("card", flush && "flush", className)}>
      {(title !== undefined || actions !== undefined) && (
        <header className="head">
          <div className="min-w-0 flex-1">
            {title !== undefined && <h2 className="text-base font-semibold">{title}</h2>}
            {description !== undefined && <p className="mt-0.5 text-sm text-muted">{description}</p>}
          </div>
          {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className="body">{children}</div>
      {footer !== undefined && (
        <footer className="flex flex-wrap items-center justify-between gap-2 border-t bg-sunken/50 px-4 py-2.5 text-sm text-muted">
          {footer}
        </footer>
      )}
    </section>
  );
}
