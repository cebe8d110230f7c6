import type { VariantProps } from "class-variance-authority";
import type { Route } from "next";
import Link from "next/link";
import type { ComponentProps } from "react";

import { cn } from "@/components/cn";

import { buttonClass } from "./button-class";

export type LinkButtonProps<Path extends string> = Omit<ComponentProps<typeof Link>, "href"> &
  Omit<VariantProps<typeof buttonClass>, "shape"> & { href: Route<Path>; shape?: "text" | "icon" };

/** A link that looks like a button, for navigation. Use `Button` for actions. */
export function LinkButton<Path extends string>({
  variant,
  size,
  shape = "text",
  className,
  href,
  ...props
}: LinkButtonProps<Path>) {
  return <Link<Path> {...props} href={href} className={cn(buttonClass({ variant, size, shape }), className)} />;
}
