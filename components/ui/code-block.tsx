import { cn } from "@/components/cn";

import { CopyButton } from "./copy-button";

/** Code or machine-written text: always left to right, never wrapped, with a copy button. */
export function CodeBlock({
  code,
  label,
  copyLabel,
  className,
}: {
  code: string;
  /** Names the region for screen readers. */
  label: string;
  copyLabel?: string;
  className?: string;
}) {
  return (
    <div dir="ltr" className={cn("group relative min-w-0 rounded-md border bg-sunken text-start", className)}>
      <section
        aria-label={label}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="max-h-120 overflow-auto rounded-md focus-inset"
      >
        <pre className="w-max min-w-full p-3 pe-11 font-mono text-xs leading-5 whitespace-pre text-foreground">
          {code}
        </pre>
      </section>
      <div className="absolute end-2 top-2" data-print="hide">
        <CopyButton
          value={code}
          size="sm"
          className="border-border bg-surface shadow-xs"
          {...(copyLabel === undefined ? {} : { label: copyLabel })}
        />
      </div>
    </div>
  );
}
