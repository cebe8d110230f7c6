import { clsx } from "clsx";
import type { ReactNode } from "react";

/** A number, an id, a path or a duration, kept left to right inside Arabic text. */
export function Ltr({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <bdi dir="ltr" className={clsx("tabular", className)}>
      {children}
    </bdi>
  );
}

/** A phone number as the vendor sent it. A real one stays on one line; a text longer than any number breaks at any character. */
export function PhoneNumber({ children }: { children: string }) {
  return <Ltr className={children.length > LONGEST_NUMBER ? "break-all" : "line"}>{children}</Ltr>;
}

/** "+", 15 digits and the signs between them. */
const LONGEST_NUMBER = 24;

/** An identifier: left to right, monospaced, with line breaks at any character. */
export function Id({ className, children }: { className?: string; children: string }) {
  return (
    <bdi dir="ltr" translate="no" className={clsx("id", className)}>
      {children}
    </bdi>
  );
}
