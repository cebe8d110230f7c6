import type { VariantProps } from "class-variance-authority";
import Link from "next/link";
import type { ComponentProps } from "react";

import { cn } from "@/components/cn";

import { buttonClass } from "./button-class";

export type LinkButtonProps = ComponentProps<typeof Link> &
  Omit<VariantProps<typeof buttonClass>, "shape"> & { shape?: "text" | "icon" };

/** A link that looks like a button: for going somewhere. What changes something is a `Button`. */
export function LinkButton({ variant, size, shape = "text", className, ...props }: LinkButtonProps) {
  return <Link {...props} className={cn(buttonClass({ variant, size, shape }), className)} />;
}
