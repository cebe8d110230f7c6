"use client";

import type { ComponentProps } from "react";

import { cn } from "@/components/cn";

import { controlClass } from "./control-class";
import { useFieldWiring } from "./field";

/** A text area that grows with its content in browsers that support `field-sizing`. */
export function Textarea({ className, rows = 3, ...props }: ComponentProps<"textarea">) {
  const wiring = useFieldWiring();
  return (
    <textarea
      {...wiring}
      {...props}
      rows={rows}
      className={cn(controlClass, "field-sizing-content max-h-80 min-h-18 w-full px-2.5 py-1.5", className)}
    />
  );
}
