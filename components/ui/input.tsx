"use client";

import type { ComponentProps, ReactNode } from "react";

import { cn } from "@/components/cn";

import { controlClass } from "./control-class";
import { useFieldWiring } from "./field";

export type InputProps = ComponentProps<"input"> & {
  /** An icon or a unit inside the box, before the text. */
  leading?: ReactNode;
  /** A button or a key inside the box, after the text. */
  trailing?: ReactNode;
};

export function Input({ className, leading, trailing, type = "text", ...props }: InputProps) {
  const wiring = useFieldWiring();
  const input = (
    <input
      {...wiring}
      {...props}
      type={type}
      className={cn(
        controlClass,
        "h-8 w-full px-2.5",
        leading !== undefined && "ps-8",
        trailing !== undefined && "pe-9",
        className,
      )}
    />
  );
  if (leading === undefined && trailing === undefined) {
    return input;
  }
  return (
    <div dir={props.dir} className="relative flex min-w-0 items-center">
      {leading !== undefined && (
        <span className="pointer-events-none absolute start-2.5 flex text-subtle [&_svg]:size-4">{leading}</span>
      )}
      {input}
      {trailing !== undefined && <span className="absolute end-1.5 flex items-center">{trailing}</span>}
    </div>
  );
}
